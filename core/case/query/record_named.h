/* Which record is meant by what people call it: its name, its host name, an address of it. */
#ifndef GENBA_CASE_QUERY_RECORD_NAMED_H
#define GENBA_CASE_QUERY_RECORD_NAMED_H

#include "case/store/record.h"

/* The id of the one record that is called `text`: by its title, and if none is, an asset by its host name in other letters
 * (PC-03 for pc-03) or by an address. `kind` NULL: any kind. 0 none, 1 one, 2 several. */
int record_find_named(struct case_file *c, const struct kind *kind, const char *text, char id[37]);

#endif
