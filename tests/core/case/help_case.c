#include "help_case.h"

#include "base/secret.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct case_file *the_case;
struct identity *responder;
char scratch[64];

static char *case_file_path(void)
{
	return xasprintf("%s/site.genba", scratch);
}

int case_setup(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(secret_setup(&err), 0);
	/* not /tmp, which many machines keep in memory: a copy there cannot be compared past the cache, and says so */
	snprintf(scratch, sizeof scratch, "/var/tmp/genba-test-XXXXXX");
	assert_non_null(mkdtemp(scratch));
	setenv("XDG_DATA_HOME", scratch, 1);
	responder = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "Test", .owner = responder};
	char *path = case_file_path();
	the_case = case_create(path, &spec, &err);
	free(path);
	if (!the_case)
		fail_msg("%s", err.message);
	return 0;
}

int case_teardown(void **state)
{
	(void)state;
	clock_set(NULL, 0);
	case_close(the_case, NULL);
	identity_free(responder);
	char *command = xasprintf("rm -rf '%s'", scratch);
	int rc = system(command);
	free(command);
	return rc;
}

void case_again(void)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {responder, NULL};
	assert_int_equal(case_close(the_case, &err), 0);
	char *path = case_file_path();
	the_case = case_open(path, &unlock, 0, &err);
	free(path);
	if (!the_case)
		fail_msg("%s", err.message);
}

struct fields {
	char *text;
	struct assign list[24];
	size_t count;
};

static void split(const char *text, struct fields *f)
{
	f->text = xstrdup(text);
	f->count = 0;
	char *rest = NULL;
	for (char *word = strtok_r(f->text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *equals = strchr(word, '=');
		assert_non_null(equals);
		assert_true(f->count < 24);
		*equals = '\0';
		for (char *p = equals + 1; *p; p++)
			if (*p == '+' && p != equals + 1 && p[-1] != ',')
				*p = ' ';
		f->list[f->count++] = (struct assign){word, equals + 1};
	}
}

static char label_ring[32][LABEL_TEXT];
static size_t label_next;

int try_add(const char *kind, const char *text, unsigned flags, struct err *err)
{
	struct fields f;
	split(text, &f);
	int rc = record_add(the_case, kind, f.list, f.count, flags, label_ring[label_next % 32], err);
	free(f.text);
	return rc;
}

const char *add(const char *kind, const char *fields)
{
	struct err err = ERR_INIT;
	if (try_add(kind, fields, 0, &err) < 0)
		fail_msg("add %s %s: %s", kind, fields, err.message);
	return label_ring[label_next++ % 32];
}

int try_set(const char *label, const char *text, unsigned flags, struct err *err)
{
	struct fields f;
	split(text, &f);
	int rc = record_set(the_case, label, f.list, f.count, flags, err);
	free(f.text);
	return rc;
}

void set(const char *label, const char *fields)
{
	struct err err = ERR_INIT;
	if (try_set(label, fields, 0, &err) < 0)
		fail_msg("set %s %s: %s", label, fields, err.message);
}

const char *get(const char *label, const char *field)
{
	static struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *record = record_get(the_case, label, 0, &err);
	if (!record)
		fail_msg("%s", err.message);
	const json_t *value = json_object_get(record, field);
	buf_clear(&text);
	if (!value)
		buf_adds(&text, "-");
	else if (json_is_integer(value))
		buf_addf(&text, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		buf_adds(&text, json_string_value(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		buf_addf(&text, "%s%s", i ? "," : "", json_string_value(json_array_get(value, i)));
	json_decref(record);
	return text.data;
}

uint64_t commits(void)
{
	uint64_t count = 0;
	assert_int_equal(history_count(case_history(the_case), &count, NULL), 0);
	return count;
}

int scratch_holds(const char *text)
{
	char *command = xasprintf("grep -rqaF -- '%s' '%s'", text, scratch);
	int rc = system(command);
	free(command);
	return rc == 0;
}
