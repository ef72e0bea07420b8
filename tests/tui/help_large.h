/* The files of the large site (core/finding/large), as they came in: all of it, or a part that is quick to read. */
#ifndef GENBA_TESTS_TUI_HELP_LARGE_H
#define GENBA_TESTS_TUI_HELP_LARGE_H

#include "help_program.h"

struct large_files {
	unsigned machines;    /* of the list */
	unsigned collections; /* zips */
	unsigned infected;    /* of them */
};

/* Into the scratch folder: machines.csv, collections/NAME.zip, exit-1.log to exit-4.log, vpn.log, webmail.log, first/mail-0.eml,
 * mails/mail-1.eml to mail-6.eml. `whole`: 400 machines and 60 collections; else some 40 and 12. */
void large_files_make(const struct program *p, int japanese, int whole, struct large_files *made);

#endif
