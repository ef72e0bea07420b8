/* The condition of a rule: names of selections, and, or, not, brackets, and "1 of NAME*". */
#include "finding/sigma/sigma_private.h"

#include "base/i18n.h"
#include "base/printable.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 50

struct sigma_reader {
	struct sigma_compiling *k;
	const char *at;
	char word[128]; /* the next; "" at the end */
	int deep;
};

static void next_word(struct sigma_reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
	size_t n = strchr("()|", *r->at) && *r->at ? 1 : strcspn(r->at, " \t\r\n()|");
	if (n >= sizeof r->word)
		n = sizeof r->word - 1;
	memcpy(r->word, r->at, n);
	r->word[n] = '\0';
	r->at += n;
}

static int is(const struct sigma_reader *r, const char *word)
{
	return strcasecmp(r->word, word) == 0;
}

static int read_or(struct sigma_reader *r, uint32_t *node);

/* "1 of selection_*", "all of them", "2 of filter*" */
static int read_of(struct sigma_reader *r, uint32_t least, uint32_t *node)
{
	const char *name;
	json_t *value;
	size_t i = 0;
	uint32_t nodes[256];
	size_t count = 0;
	next_word(r); /* of */
	int them = is(r, "them");
	json_object_foreach((json_t *)(uintptr_t)r->k->detection, name, value) {
		if (strcmp(name, "condition") == 0 || strcmp(name, "timeframe") == 0)
			continue;
		int fits = them ? *name != '_' : fnmatch(r->word, name, 0) == 0;
		if (fits && count == sizeof nodes / sizeof *nodes)
			return sigma_needs(r->k, _("more selections than %zu in one 'of'"), count);
		if (fits)
			nodes[count++] = r->k->selections[i];
		i++;
	}
	if (count == 0)
		return sigma_needs(r->k, _("a selection that it does not have: %.*s"), text_cut(r->word, 100), r->word);
	*node = least == 0   ? sigma_node(r->k->s, SIGMA_AND, nodes, count, 0)
	        : least == 1 ? sigma_node(r->k->s, SIGMA_OR, nodes, count, 0)
	                     : sigma_node(r->k->s, SIGMA_OF, nodes, count, least);
	next_word(r);
	return 0;
}

static int read_name(struct sigma_reader *r, uint32_t *node)
{
	const char *name;
	json_t *value;
	size_t i = 0;
	json_object_foreach((json_t *)(uintptr_t)r->k->detection, name, value) {
		if (strcmp(name, "condition") == 0 || strcmp(name, "timeframe") == 0)
			continue;
		if (strcmp(name, r->word) == 0) {
			*node = r->k->selections[i];
			next_word(r);
			return 0;
		}
		i++;
	}
	return sigma_needs(r->k, _("a selection that it does not have: %.*s"), text_cut(r->word, 100), r->word);
}

static int read_one(struct sigma_reader *r, uint32_t *node)
{
	int rc;
	if (++r->deep > DEEPEST)
		return sigma_needs(r->k, "%s", _("brackets too deep within each other"));
	if (is(r, "not")) {
		next_word(r);
		rc = read_one(r, node);
		if (rc == 0)
			*node = sigma_node(r->k->s, SIGMA_NOT, node, 1, 0);
	} else if (is(r, "(")) {
		next_word(r);
		rc = read_or(r, node);
		if (rc == 0 && !is(r, ")"))
			rc = sigma_needs(r->k, "%s", _("a bracket that is not closed"));
		next_word(r);
	} else {
		uint32_t least = is(r, "all") ? 0 : (uint32_t)strtoul(r->word, NULL, 10);
		int of = (is(r, "all") || (*r->word && strspn(r->word, "0123456789") == strlen(r->word))) &&
		         strncasecmp(r->at + strspn(r->at, " "), "of ", 3) == 0;
		if (of)
			next_word(r);
		rc = of ? read_of(r, least, node) : read_name(r, node);
	}
	r->deep--;
	return rc;
}

static int read_and(struct sigma_reader *r, uint32_t *node)
{
	uint32_t nodes[2];
	int rc = read_one(r, node);
	while (rc == 0 && is(r, "and")) {
		nodes[0] = *node;
		next_word(r);
		rc = read_one(r, &nodes[1]);
		if (rc == 0)
			*node = sigma_node(r->k->s, SIGMA_AND, nodes, 2, 0);
	}
	return rc;
}

static int read_or(struct sigma_reader *r, uint32_t *node)
{
	uint32_t nodes[2];
	int rc = read_and(r, node);
	while (rc == 0 && is(r, "or")) {
		nodes[0] = *node;
		next_word(r);
		rc = read_and(r, &nodes[1]);
		if (rc == 0)
			*node = sigma_node(r->k->s, SIGMA_OR, nodes, 2, 0);
	}
	return rc;
}

int sigma_condition(struct sigma_compiling *k, const char *text, uint32_t *node)
{
	struct sigma_reader r = {.k = k, .at = text};
	next_word(&r);
	if (read_or(&r, node) < 0)
		return -1;
	if (is(&r, "|"))
		return sigma_needs(k, _("an aggregation over several rows:%.*s"), text_cut(r.at, 100), r.at);
	return *r.word ? sigma_needs(k, _("what is not known in a condition: %.*s"), text_cut(r.word, 100), r.word) : 0;
}
