/*
 * Names of organisations in a text, offline.
 *
 * A name is a core and a legal form, which stands at either end (株式会社青葉工業, 青葉工業(株), Aoba Inc.) and is kept as a
 * class: the same core with another class is another organisation. Known names and legal forms are found in one pass
 * (Aho and Corasick, 1975) over the folded text; the longest wins. Known is what was added:
 *
 *     struct name_finder *finder = name_finder_new();
 *     name_finder_add(finder, "青葉工業株式会社", 7, NAME_ORGANISATION);      // 7: whatever the caller calls it
 *     name_finder_ready(finder);
 *     name_find(finder, "(株)青葉工業 御中", n, on_hit, ctx);                 // 7, addressed
 *
 * A core of one character is never found, of two only beside a legal form. A known name ends where its script does, or
 * where a word of an office follows (青葉工業総務部); 青葉工業 in 青葉工業団地 is not found. Unknown names are found only beside a
 * legal form, where both ends can be told; 部 課 室 担当 are no names. What is ambiguous is reported once for each known
 * organisation that it may be, with `several` set: this file proposes and never decides.
 */
#ifndef GENBA_FINDING_CHAIN_NAME_FIND_H
#define GENBA_FINDING_CHAIN_NAME_FIND_H

#include <stddef.h>

struct buf;

enum legal_class {
	LEGAL_NONE,
	LEGAL_COMPANY,
	LEGAL_IAA,
	LEGAL_LOCAL_IAA,
	LEGAL_ASSOCIATION,
	LEGAL_FOUNDATION,
	LEGAL_SCHOOL,
	LEGAL_NPO,
	LEGAL_COOPERATIVE,
	LEGAL_WELFARE, /* social welfare */
	LEGAL_MEDICAL,
	LEGAL_RELIGIOUS,
};

enum name_what { NAME_ORGANISATION, NAME_PERSON };

struct name_hit {
	int known; /* what name_finder_add() was given; -1: an unknown name beside a legal form */
	enum name_what what;
	enum legal_class legal; /* as the text says */
	const char *core;       /* the key by which names are compared */
	size_t from, to;        /* bytes of the text, the legal form included */
	int addressed;          /* 御中, 様 or 各位 follows */
	int several;            /* more than one known organisation has this name */
};

struct name_finder;

struct name_finder *name_finder_new(void);
void name_finder_free(struct name_finder *finder);

/* A name, of which `known` is the owner; several may have one name. Too short a core is not taken: 0; else 1. */
int name_finder_add(struct name_finder *finder, const char *name, int known, enum name_what what);

/* After the last name was added. */
void name_finder_ready(struct name_finder *finder);

/* Each name in n bytes of text, in its order. `hit` is borrowed for the call. */
void name_find(struct name_finder *finder, const char *text, size_t n,
               void (*fn)(void *ctx, const struct name_hit *hit), void *ctx);

/* The core of one name and its class. */
enum legal_class name_core(struct name_finder *finder, const char *name, struct buf *core);

#endif
