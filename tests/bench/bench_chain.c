/*
 * The chain over 2,000 organisations and 10,000 mails: the pure function, a look at a case, and a look after one more mail.
 * The peer is one pass over the same texts by memmem() for each name would take: measured on a part, and scaled.
 */
#include "case/case.h"
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "finding/chain/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PURE_MOST  1.0  /* seconds of CPU for the whole set */
#define AFTER_MOST 0.05 /* for a look at a case after one more mail */

static const char *const syllables[] = {"青", "葉", "鎖", "海", "東", "雲", "北", "辰", "桜", "丘", "月",
                                        "読", "蒼", "天", "雀", "鏡", "水", "凪", "烏", "蛍", "麟", "昴"};
static const char *const endings[] = {"工業", "商会", "電機", "製作所", "研究所", "重工", "通商", "物流"};

static void name_of(size_t i, struct buf *out)
{
	size_t n = sizeof syllables / sizeof *syllables;
	buf_clear(out);
	buf_addf(out, "%s%s%s%s%s", i % 3 ? "株式会社" : "", syllables[i % n], syllables[i / n % n],
	         syllables[i / n / n % n], endings[i % 8]);
	if (i % 3 == 0)
		buf_adds(out, "株式会社");
}

static void text_of(size_t i, size_t parties, struct buf *out)
{
	struct buf name = BUF_INIT;
	name_of(i * 7 % parties, &name);
	buf_clear(out);
	buf_adds(out, "みなと研究機構\n企画課 ご担当者様\n\nいつもお世話になっております。\n");
	for (size_t k = 0; k < 12; k++)
		buf_addf(out,
		         "先日ご相談しました第%"
		         "zu回の件につきまして、資料を添付いたしますのでご確認くださいますようお願い申し上げます。\n",
		         i % 97 + k);
	if (i % 5 == 0)
		buf_addf(out, "%sの担当者からも別途ご連絡いたします。\n", name.data);
	buf_addf(out, "\n-----------------\n%s 総務部\n電話 03-0000-%04zu\n", i % 11 ? "山田" : name.data, i % 10000);
	buf_release(&name);
}

static json_t *mail_of(size_t i, size_t parties)
{
	struct buf text = BUF_INIT;
	text_of(i, parties, &text);
	json_t *mail = json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:s}", "kind", "mail", "label",
	                         json_sprintf("R1-L%zu", i + 1), "subject", json_sprintf("資料の送付 %zu", i), "from",
	                         "担当", "from_addr", json_sprintf("a%zu@d%zu.example", i, i % 3000), "to",
	                         json_sprintf("x@o%zu.example, y@minato.example", i % 4000), "body", text.data);
	buf_release(&text);
	return mail;
}

static json_t *party_of(size_t i)
{
	struct buf name = BUF_INIT;
	name_of(i, &name);
	json_t *party =
	    json_pack("{s:s, s:o, s:s, s:s, s:o}", "kind", "party", "label", json_sprintf("R1-P%zu", i + 1), "name",
	              name.data, "type", "organisation", "domains", json_sprintf("o%zu.example", i));
	buf_release(&name);
	return party;
}

static double pure(const json_t *parties, const json_t *mails, size_t *orgs)
{
	struct chain chain;
	json_t *the_case = json_pack("{s:s}", "party", "R1-P1");
	struct chain_records records = {.the_case = the_case, .parties = parties, .mails = mails};
	double begin = bench_cpu();
	chain_compute(&records, &chain);
	double took = bench_cpu() - begin;
	*orgs = chain.org_count;
	chain_release(&chain);
	json_decref(the_case);
	return took;
}

/* memmem() for each name over the first texts. */
static double peer(size_t parties, const json_t *mails, size_t count)
{
	struct buf name = BUF_INIT;
	size_t hits = 0;
	double begin = bench_cpu();
	for (size_t p = 0; p < parties; p++) {
		name_of(p, &name);
		for (size_t i = 0; i < count; i++) {
			const char *body = json_get_string(json_array_get(mails, i), "body");
			hits += strstr(body, name.data) != NULL;
		}
	}
	double took = bench_cpu() - begin;
	buf_release(&name);
	return hits < SIZE_MAX ? took : 0;
}

static double look(struct case_file *c)
{
	struct chain chain;
	struct err err = ERR_INIT;
	double begin = bench_cpu();
	if (chain_load(c, NULL, &chain, &err) < 0)
		bench_fail("chain_load", err.message);
	double took = bench_cpu() - begin;
	chain_release(&chain);
	return took;
}

static void add_all(struct bench_case *b, const char *kind, const json_t *records, const char *const *fields)
{
	struct err err = ERR_INIT;
	size_t count = json_array_size(records);
	for (size_t i = 0; i < count;) {
		struct action *a = action_begin(b->c, "import", &err);
		for (size_t stop = i + 1000; a && i < stop && i < count; i++) {
			struct assign assigns[8];
			size_t n = 0;
			char label[LABEL_TEXT];
			for (size_t f = 0; fields[f]; f++)
				assigns[n++] =
				    (struct assign){fields[f], json_get_string(json_array_get(records, i), fields[f])};
			if (action_add(a, kind, assigns, n, 0, label, &err) < 0)
				bench_fail("action_add", err.message);
		}
		if (!a || action_commit(a, &err) < 0)
			bench_fail("action", err.message);
	}
}

int main(int argc, char **argv)
{
	static const char *const party_fields[] = {"name", "type", "domains", NULL};
	static const char *const mail_fields[] = {"subject", "from", "from_addr", "to", "body", NULL};
	int is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
	size_t mail_count = is_short ? 500 : 10000;
	size_t party_count = is_short ? 200 : 2000;
	size_t part = mail_count / 50;
	size_t orgs = 0;
	json_t *parties = json_array();
	json_t *mails = json_array();
	for (size_t i = 0; i < party_count; i++)
		json_array_append_new(parties, party_of(i));
	for (size_t i = 0; i < mail_count; i++)
		json_array_append_new(mails, mail_of(i, party_count));
	double times[3];
	for (int i = 0; i < 3; i++)
		times[i] = pure(parties, mails, &orgs);
	double once = bench_median(times, 3);
	double scaled = peer(party_count, mails, part) * (double)mail_count / (double)part;
	printf("%zu mails, %zu organisations on record: %.3f s CPU, %zu organisations; strstr for each name: %.1f s "
	       "(%.0f times)\n",
	       mail_count, party_count, once, orgs, scaled, scaled / once);
	struct bench_case b;
	bench_case_open(&b, NULL);
	add_all(&b, "party", parties, party_fields);
	add_all(&b, "mail", mails, mail_fields);
	double first = look(b.c);
	double second = look(b.c);
	json_t *one = json_array();
	json_array_append_new(one, mail_of(mail_count, party_count));
	add_all(&b, "mail", one, mail_fields);
	double after = look(b.c);
	printf("a look at the case: first %.3f s, again %.3f s, after one new mail %.3f s\n", first, second, after);
	bench_case_close(&b);
	json_decref(one);
	json_decref(parties);
	json_decref(mails);
	if (!is_short && once > PURE_MOST)
		bench_fail("the chain", "slower than a second of CPU");
	if (!is_short && after > AFTER_MOST)
		bench_fail("a look after one new mail", "slower than 50 milliseconds of CPU");
	return 0;
}
