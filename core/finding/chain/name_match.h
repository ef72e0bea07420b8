/*
 * Many patterns in one pass over a text: Aho and Corasick's automaton over folded code points (name_text.h).
 *
 * Source: A. V. Aho, M. J. Corasick, Efficient String Matching: An Aid to Bibliographic Search, CACM 18 (1975).
 */
#ifndef GENBA_FINDING_CHAIN_NAME_MATCH_H
#define GENBA_FINDING_CHAIN_NAME_MATCH_H

#include "finding/chain/name_text.h"

enum pattern_kind {
	PATTERN_FORM,    /* a legal form */
	PATTERN_BEHIND,  /* a word that stands behind names */
	PATTERN_BEFORE,  /* … before names */
	PATTERN_GENERIC, /* a word that is no name */
	PATTERN_ADDRESS, /* a form of address */
	PATTERN_JOINING, /* hiragana that begins no name */
	PATTERN_NAME,
	PATTERN_PERSON,
};

/* Who bears a name: the name's class in it, and what the owner is called by whoever added it. */
struct name_owner {
	int known;
	int legal;
};

struct name_match {
	size_t from, to; /* points */
	int kind;
	int value; /* of name_matcher_add() */
	size_t pattern;
	size_t next_from, next_to; /* the next match that begins, or ends, there; SIZE_MAX */
};

/* The matches of one text. Zeroed, it is ready; released, its memory is gone. */
struct name_matches {
	struct name_match *all;
	size_t count, cap;
	size_t *first_from, *first_to; /* for each point, and behind the last */
	size_t points_cap;
};

struct name_matcher;

struct name_matcher *name_matcher_new(void);
void name_matcher_free(struct name_matcher *matcher);

/* The points [from, to) as a pattern. The text is not kept. */
void name_matcher_add(struct name_matcher *matcher, const struct name_text *text, size_t from, size_t to, int value,
                      enum pattern_kind kind);
/* The same for a name; several owners may have it. */
void name_matcher_add_name(struct name_matcher *matcher, const struct name_text *text, size_t from, size_t to,
                           enum pattern_kind kind, struct name_owner owner);
/* When all are added; none may be added afterwards. */
void name_matcher_ready(struct name_matcher *matcher);

/* All matches, those inside others too, by their ends. */
void name_matcher_run(const struct name_matcher *matcher, const struct name_text *text, struct name_matches *out);
void name_matches_release(struct name_matches *matches);

/* The longest match of that kind that begins (or ends) at the point, or NULL. */
const struct name_match *name_matches_at(const struct name_matches *matches, size_t point, enum pattern_kind kind,
                                         int ends_there);

/* The owners of a name. */
size_t name_matcher_owners(const struct name_matcher *matcher, size_t pattern, const struct name_owner **owners);

#endif
