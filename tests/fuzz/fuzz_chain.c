/*
 * Names of organisations found in a text, and the chain worked out of mails that hold it. What stands before the first NUL
 * byte are names on record, one a line; behind it is the text.
 */
#include "base/err.h"
#include "finding/chain/chain.h"
#include "finding/chain/mail_domain.h"
#include "finding/chain/name_find.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MOST 64

struct hits {
	size_t from, size, names;
};

static void check_hit(void *ctx, const struct name_hit *hit)
{
	struct hits *h = ctx;
	if (hit->from >= hit->to || hit->to > h->size || hit->from < h->from || !hit->core || !*hit->core ||
	    hit->known >= (int)h->names)
		abort();
	h->from = hit->from;
}

static void find_names(char *const *names, size_t count, const char *text, size_t size)
{
	struct name_finder *finder = name_finder_new();
	for (size_t i = 0; i < count; i++)
		name_finder_add(finder, names[i], (int)i, i % 5 == 4 ? NAME_PERSON : NAME_ORGANISATION);
	name_finder_ready(finder);
	for (int again = 0; again < 2; again++) {
		struct hits h = {0, size, count};
		name_find(finder, text, size, check_hit, &h);
	}
	name_finder_free(finder);
}

static json_t *mail(const char *label, const char *purpose, const char *text, const char *line)
{
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "kind", "mail", "label", label,
	                 "purpose", purpose, "body", text, "from", line, "from_addr", line, "to", text, "subject", line,
	                 "attachment_names", text, "authentication", line);
}

static void work_out(char *const *names, size_t count, const char *text)
{
	char *line = xstrndup(text, strcspn(text, "\n"));
	json_t *the_case = json_pack("{s:s, s:s}", "kind", "case", "party", "R1-P1");
	json_t *parties = json_array();
	json_t *mails = json_array();
	json_t *second = mail("R1-L2", "payload", text, line);
	for (size_t i = 0; i < count; i++) {
		json_t *party = json_pack("{s:s, s:o, s:s?, s:s?, s:s}", "kind", "party", "label",
		                          json_sprintf("R1-P%zu", i + 1), "name", names[i], "domains",
		                          i % 2 ? names[i] : NULL, "type", i % 5 == 4 ? "person" : "organisation");
		if (party)
			json_array_append_new(parties, party);
	}
	if (second) { /* else the text is not UTF-8, and no record has it */
		json_array_append_new(mails, mail("R1-L1", "genuine", text, line));
		json_array_append_new(mails, second);
		struct chain chain;
		struct chain_records records = {.the_case = the_case, .parties = parties, .mails = mails};
		chain_compute(&records, &chain);
		for (size_t i = 0; i < chain.org_count; i++)
			if (!chain.orgs[i].who || chain.orgs[i].score > 100 || chain.orgs[i].proposal_count == 0)
				abort();
		chain_release(&chain);
	}
	json_decref(mails);
	json_decref(parties);
	json_decref(the_case);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	size_t named = end ? (size_t)(end - data) : 0;
	char *list = xstrndup((const char *)data, named);
	char *text = xstrndup((const char *)data + (end ? named + 1 : 0), size - (end ? named + 1 : 0));
	char *names[NAMES_MOST];
	size_t count = 0;
	for (char *name = strtok(list, "\n"); name && count < NAMES_MOST; name = strtok(NULL, "\n"))
		names[count++] = name;
	find_names(names, count, text, strlen(text));
	work_out(names, count, text);
	free(text);
	free(list);
	return 0;
}
