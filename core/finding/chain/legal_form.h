/*
 * Legal forms of organisations, and the words that stand behind a name without belonging to it. Rows to be extended; the
 * strings are matched folded (name_text.h), so 株式会社 covers ㈱ only as (株), which has a row.
 */
#ifndef GENBA_FINDING_CHAIN_LEGAL_FORM_H
#define GENBA_FINDING_CHAIN_LEGAL_FORM_H

#include "finding/chain/name_find.h"

enum legal_place {
	LEGAL_EITHER, /* before or behind the name */
	LEGAL_BEFORE,
	LEGAL_BEHIND,
};

struct legal_form {
	const char *text;
	enum legal_class legal;
	enum legal_place place;
};

/* A row without text ends each table. */
extern const struct legal_form legal_forms[];

/* What follows a name: offices, posts, forms of address. */
extern const char *const words_behind[];
/* Forms of address among them. */
extern const char *const words_of_address[];
/* What may stand before a name without being part of it. */
extern const char *const words_before[];
/* Hiragana that begins no name. */
extern const char *const words_joining[];
/* Cores that are no names. */
extern const char *const words_generic[];

#endif
