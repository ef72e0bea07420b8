/* A made set with a planted chain (set.py): how much of it is found, how much of what is found is true. Printed. */
#include "base/buf.h"
#include "base/json.h"
#include "finding/chain/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECALL    0.96
#define PRECISION 0.93

static json_t *read_set(void)
{
	char *command = NULL;
	char *set = NULL;
	size_t size = 0;
	assert_true(asprintf(&command, "python3 %s/tests/core/finding/chain/set.py", getenv("GENBA_SOURCE")) > 0);
	FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): a script of this folder
	assert_non_null(pipe);
	assert_true(getdelim(&set, &size, '\0', pipe) > 0);
	assert_int_equal(pclose(pipe), 0);
	json_t *made = json_parse(set, strlen(set), NULL);
	assert_non_null(made);
	free(command);
	free(set);
	return made;
}

static void test_set(void **state)
{
	json_t *set = read_set();
	struct chain chain;
	size_t i;
	json_t *pair;
	size_t shown = 0;
	size_t right = 0;
	size_t found = 0;
	(void)state;
	const json_t *planted = json_object_get(set, "planted");
	struct chain_records records = {.the_case = json_object_get(set, "case"),
	                                .parties = json_object_get(set, "parties"),
	                                .mails = json_object_get(set, "mails"),
	                                .leads = json_object_get(set, "leads"),
	                                .assets = json_object_get(set, "assets")};
	assert_true(json_array_size(records.mails) >= 150);
	chain_compute(&records, &chain);
	json_t *proposed = json_object();
	struct buf key = BUF_INIT;
	for (size_t o = 0; o < chain.org_count; o++)
		for (size_t k = 0; k < chain.orgs[o].proposal_count; k++)
			if (chain.orgs[o].proposals[k].score >= CHAIN_SHOWN) {
				buf_clear(&key);
				buf_addf(&key, "%s %s", chain.orgs[o].who,
				         chain_pivot_name(chain.orgs[o].proposals[k].pivot));
				json_object_set_new(proposed, key.data,
				                    json_string(chain.orgs[o].proposals[k].triggers[0].reason));
				shown++;
			}
	json_array_foreach(planted, i, pair) {
		buf_clear(&key);
		buf_addf(&key, "%s %s", json_string_value(json_array_get(pair, 0)),
		         json_string_value(json_array_get(pair, 1)));
		int is = json_object_get(proposed, key.data) != NULL;
		found += is != 0;
		if (!is)
			print_message("missed: %s\n", key.data);
		right += json_object_del(proposed, key.data) == 0;
	}
	const char *who;
	json_t *reason;
	json_object_foreach(proposed, who, reason)
		print_message("not planted: %s (%s)\n", who, json_string_value(reason));
	size_t count = json_array_size(planted);
	print_message("%zu mails, %zu parties, %zu planted: recall %zu/%zu, precision %zu/%zu\n",
	              json_array_size(records.mails), json_array_size(records.parties), count, found, count, right,
	              shown);
	assert_true((double)found / (double)count >= RECALL);
	assert_true((double)right / (double)shown >= PRECISION);
	buf_release(&key);
	json_decref(proposed);
	chain_release(&chain);
	json_decref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_set)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
