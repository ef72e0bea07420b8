/* The contact with an organisation of the attack chain, begun and taken on from the view Chain. genba contacts nobody. */
#ifndef GENBA_TUI_VIEW_FINDING_CHAIN_CONTACT_H
#define GENBA_TUI_VIEW_FINDING_CHAIN_CONTACT_H

struct workbench;

/* Opens the form of a contact with the party, filled in with what is on record: whom, by which number, who approved. "": tells
 * that it has to be confirmed first. */
void chain_contact_begin(struct workbench *wb, const char *party);

/* Asks how far it has come, beyond what contacts on record say by themselves. */
void chain_contact_status(struct workbench *wb, const char *party);

#endif
