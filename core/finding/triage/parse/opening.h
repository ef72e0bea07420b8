/* What libraries open before there is a tree to walk: the cage says which of them it is at, and the parent names it if that was
 * its end. */
#ifndef GENBA_FINDING_TRIAGE_PARSE_OPENING_H
#define GENBA_FINDING_TRIAGE_PARSE_OPENING_H

enum tree_opening { TREE_OPENS_SYSTEM, TREE_OPENS_PARTITIONS, TREE_OPENS_BITLOCKER, TREE_OPENS_SHADOWS };

/* Its name in the interface's language; NULL: none has that number. */
const char *tree_opening_name(long long what);

#endif
