/* A mail that brings the reader down, silences it or makes it lie: the others are found all the same. The reader here is one
 * that falls over the mails whose size says so. */
#include "base/err.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/mails.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define CRASHES 13 /* bytes of a mail */
#define REFUSES 17

static char folder[64];

static int fall_run(struct worker *w, struct err *err)
{
	const json_t *items = json_object_get(worker_request(w), "items");
	size_t from = (size_t)json_integer_value(json_object_get(worker_request(w), "from"));
	for (size_t i = from; i < json_array_size(items); i++) {
		char head[64];
		long long size = json_integer_value(json_array_get(json_array_get(items, i), 1));
		int n = snprintf(head, sizeof head, "%zu 0 %lld 0\n", i, size);
		if (worker_emit_raw(w, head, 3, err) < 0 || worker_emit_raw(w, head + 3, (size_t)n - 3, err) < 0)
			return -1;
		if (size == CRASHES)
			abort();
		if (size == REFUSES)
			return err_set(err, ERR_INVALID, "no");
		if (worker_emit_take(w, json_pack("{s:s s:I}", "parsed", "whole", "size", size), err) < 0)
			return -1;
	}
	return 0;
}

static const struct worker_job falling_job = {.name = "mail-look", .run = fall_run};
static const struct worker_job *const jobs[] = {&falling_job, NULL};

static void make(int i, size_t n)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%02d.eml", folder, i);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	for (size_t k = 0; k < n; k++)
		fputc('x', f);
	fclose(f);
}

static int found_one(void *ctx, const struct mail_found *found, struct err *err)
{
	char *text = ctx;
	(void)err;
	const char *why = json_get_string(found->object, "why");
	const json_t *finding = json_array_get(json_object_get(found->object, "findings"), 0);
	const char *id = json_get_string(finding, "id");
	size_t n = strlen(text);
	snprintf(text + n, 500 - n, "%s:%s%s%s ", found->path + strlen(folder) + 1,
	         json_get_string(found->object, "parsed"), why && *why ? "!" : "", id ? id : "");
	return 0;
}

static void neighbours_of_a_bad_mail_are_found(void **state)
{
	(void)state;
	char text[500] = "";
	struct err err = ERR_INIT;
	snprintf(folder, sizeof folder, "/tmp/genba-mails-XXXXXX");
	assert_non_null(mkdtemp(folder));
	static const size_t sizes[] = {5, CRASHES, 6, REFUSES, CRASHES, 7};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		make((int)i, sizes[i]);
	const char *paths[] = {folder};
	struct mails m = {.found = found_one, .ctx = text};
	int rc = mails_look(&m, paths, 1, &err);
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	if (rc < 0)
		fail_msg("%s", err.message);
	assert_string_equal(
	    text, "00.eml:whole 01.eml:no!limit.crash 02.eml:whole 03.eml:no!limit.crash 04.eml:no!limit.crash "
	          "05.eml:whole ");
	assert_int_equal(m.count, 6);
	assert_int_equal(m.not_whole, 3);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(neighbours_of_a_bad_mail_are_found)};
	worker_main(argc, argv, jobs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
