/*
 * Playbooks as they really are, brought into the form of CACAO 2.0.
 *
 * Files in the wild are of version 1.1, keep their workflow in a list, forget
 * the prefix of an id, or begin at an action. What can be understood is put
 * right in the tree, and each correction is a departure on record. genba's own
 * exports are turned back into the readable form they came from.
 */
#ifndef GENBA_PLAYBOOK_LOAD_COMPAT_IMPORT_H
#define GENBA_PLAYBOOK_LOAD_COMPAT_IMPORT_H

#include "playbook/load/playbook.h"

/* Corrects p->tree. 0, or -1 if there is nothing that could be corrected. */
int playbook_make_regular(struct playbook *p, struct err *err);

/* Turns genba's extension of a strict file back into names, readable ids and the key `genba` (restore.c). */
void cacao_import(struct playbook *p);

#endif
