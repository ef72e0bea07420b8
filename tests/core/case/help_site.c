#include "help_site.h"

#include "case/care/verify.h"
#include "case/case.h"

#include <sodium.h>

char site_finding[4096];

int site_begin(void **state)
{
	struct err err = ERR_INIT;
	struct site *s = xcalloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");
	assert_true(sodium_init() >= 0);
	snprintf(s->folder, sizeof s->folder, "%s/genba-site-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->folder));
	setenv("XDG_DATA_HOME", s->folder, 1);
	snprintf(s->path, sizeof s->path, "%s/site.genba", s->folder);
	s->one = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "Practice", .owner = s->one};
	s->c = case_create(s->path, &spec, &err);
	if (!s->c)
		fail_msg("case_create: %s", err.message);
	*state = s;
	return 0;
}

int site_end(void **state)
{
	struct site *s = *state;
	case_close(s->c, NULL);
	identity_free(s->one);
	char *command = xasprintf("rm -rf '%s'", s->folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(s);
	return 0;
}

void site_reopen(struct site *s, const struct identity *who)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {who, NULL};
	assert_int_equal(case_close(s->c, &err), 0);
	s->c = case_open(s->path, &unlock, 0, &err);
	if (!s->c)
		fail_msg("case_open: %s", err.message);
}

const char *site_add(struct site *s, const char *kind, const char *field, const char *value)
{
	static char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct assign assign = {field, value};
	if (record_add(s->c, kind, &assign, 1, 0, label, &err) < 0)
		fail_msg("record_add: %s", err.message);
	return label;
}

void site_set(struct site *s, const char *label, const char *field, const char *value)
{
	struct err err = ERR_INIT;
	struct assign assign = {field, value};
	if (record_set(s->c, label, &assign, 1, 0, &err) < 0)
		fail_msg("record_set: %s", err.message);
}

const char *site_get(struct site *s, const char *label, const char *field)
{
	static char value[4096];
	struct err err = ERR_INIT;
	json_t *record = record_get(s->c, label, RECORD_REVEAL, &err);
	if (!record)
		fail_msg("record_get: %s", err.message);
	const char *text = json_string_value(json_object_get(record, field));
	snprintf(value, sizeof value, "%s", text ? text : "");
	json_decref(record);
	return value;
}

static void keep_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	size_t n = strlen(site_finding);
	snprintf(site_finding + n, sizeof site_finding - n, "%s: %s\n", part, text);
}

uint64_t site_verify(struct case_file *c)
{
	struct err err = ERR_INIT;
	struct verify_report report;
	site_finding[0] = '\0';
	if (case_verify(c, NULL, keep_finding, NULL, &report, &err) < 0)
		fail_msg("case_verify: %s", err.message);
	return report.findings;
}

void site_sql(struct site *s, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(case_db(s->c), sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}
