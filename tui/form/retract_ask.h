/* Retracting one record, with its reason. */
#ifndef GENBA_TUI_FORM_RETRACT_ASK_H
#define GENBA_TUI_FORM_RETRACT_ASK_H

struct workbench;

/* Asks for the reason, retracts, and tells what was done. */
void retract_ask(struct workbench *wb, const char *label);

#endif
