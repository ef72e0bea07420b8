/* A case file is made of a consultation, and gone to with the key that made it. */
#ifndef GENBA_TUI_VIEW_DESK_DESK_OPEN_H
#define GENBA_TUI_VIEW_DESK_DESK_OPEN_H

struct err;
struct workbench;

/* Asks for file, stage and reason, makes the case, and asks whether it is to be opened now. */
void desk_open_case(struct workbench *wb, const char *label);

/* The question for a reason says what it is for. The caller frees. */
char *desk_reason_of(const char *what);

/* Rescue without a criterion of eligibility is a decision: it is asked for, with what is lacking and where it is set. */
int desk_goes_on(struct workbench *wb, const struct err *lacking);

#endif
