/* What follows from a record: a measure, a contact, a decision, an event, whose form opens with what the record tells already. */
#ifndef GENBA_TUI_FORM_FOLLOW_UP_H
#define GENBA_TUI_FORM_FOLLOW_UP_H

struct workbench;

/* Asks which of them, and opens its form: linked to the record; a contact with an organisation names it, an event has the time
 * that the record tells of. */
void follow_up_ask(struct workbench *wb, const char *label);

#endif
