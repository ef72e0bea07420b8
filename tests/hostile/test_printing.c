/*
 * Whatever a key holder wrote into a case reaches no terminal and no report as it is.
 *
 * The case is made below the gate: records of every kind, one of a kind that
 * nobody knows, and all their texts, labels, tags and field names hold what acts on a
 * terminal, deceives a reader, ends a script or is a formula. It is not opened
 * anew: every command that reads prints it in both languages and all forms.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/identity/identity.h"
#include "case/store/case_internal.h"
#include "catalogue.h"
#include "outward/exchange/csv.h"
#include "tui/command/command.h"
#include "tui/routes.h"
#include "tui/session/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ESC, OSC with BEL, C1, DEL, bidi, zero-width, a tag character, markup, line ends, formulas of both widths. */
#define ACTS                            \
	"\x1b]0;owned\a\x1b[2J\xc2\x9b" \
	"31m\x7f\x08"
#define LIES           \
	"\xe2\x80\xae" \
	"exe\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x81\x81\xe2\x80\xa8"
#define MARKUP "</script><img src=x onerror=\"alert(1)\">&'"
#define HOSTILE        \
	"\xef\xbc\x9d" \
	"1+1" ACTS LIES MARKUP "\r\n=2+2\t"

static char folder[] = "/tmp/genba-printing.XXXXXX";
static struct session s;
static size_t shown; /* outputs that held a hostile text, made harmless: there must be very many */
static char first_note[LABEL_TEXT];

/* ---- the case */

static json_t *hostile_value(const struct field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_LONG:
	case FIELD_URL:
	case FIELD_ADDRESS:
	case FIELD_HASH:
	case FIELD_TIME:
	case FIELD_DURATION:
	case FIELD_ENUM:
	case FIELD_TRI:
	case FIELD_REF:
	case FIELD_SECRET:
		return json_string(HOSTILE);
	case FIELD_ENUMS:
	case FIELD_REFS:
	case FIELD_TAGS:
		return json_pack("[s]", HOSTILE);
	default:
		return NULL;
	}
}

/* `times`: times and words of tables as they are wanted, so that the record is also drawn, sorted and counted. */
static json_t *hostile_record(const char *kind_name, size_t n, const char *label, int hostile_frame)
{
	const struct kind *kind = kind_find(kind_name);
	char id[37];
	snprintf(id, sizeof id, "11111111-2222-4333-8444-%012zu", n);
	json_t *object =
	    json_pack("{s:s s:s s:s s:s s:s s:s s:s}", "id", id, "kind", kind_name, "label", label, "author",
	              hostile_frame ? HOSTILE : "R1", "entered", hostile_frame ? HOSTILE : "2030-01-01T00:00:00Z",
	              "modified", hostile_frame ? HOSTILE : "2030-01-01T00:00:01Z", "x" HOSTILE, HOSTILE);
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		int keeps_its_form = !hostile_frame && (field->values || field->type == FIELD_TIME ||
		                                        field->type == FIELD_REF || field->type == FIELD_REFS);
		json_t *value =
		    keeps_its_form || json_object_get(object, field->name) || strcmp(field->name, "retracted") == 0
		        ? NULL
		        : hostile_value(field);
		if (value)
			json_object_set_new(object, field->name, value);
	}
	if (!hostile_frame && strcmp(kind_name, "event") == 0)
		json_object_set_new(object, "when", json_string("2030-01-01T00:00:00Z"));
	if (!hostile_frame && strcmp(kind_name, "responder") == 0) {
		struct buf line = BUF_INIT;
		identity_public_line(s.identity, &line);
		json_object_set_new(object, "key", json_string(line.data));
		json_object_set_new(object, "mark", json_string("R8\n*"));
		buf_release(&line);
	}
	if (!hostile_frame && strcmp(kind_name, "asset") == 0)
		json_object_set_new(object, "status", json_string("infected"));
	return object;
}

/* The rows and the commit as they would be in a file that was made by another program: nobody judges them. */
struct writing {
	struct history_change changes[200];
	size_t count;
};

static void insert(struct writing *w, json_t *object)
{
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	/* no name of a path is hostile: it would be none */
	record_path(record_kind(object) ? record_kind(object)->name : "note", json_get_string(object, "id"), &path);
	if (json_canonical(object, &text, &err) < 0 || record_store(s.c, object, text.data, 1, &err) < 0)
		fail_msg("%s", err.message);
	size_t size = text.len;
	w->changes[w->count++] = (struct history_change){buf_take(&path, NULL), buf_take(&text, NULL), size};
	assert_true(w->count < sizeof w->changes / sizeof *w->changes);
	json_decref(object);
}

static int sign(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	(void)ctx;
	(void)message;
	(void)n;
	memset(signature, 0, 64);
	return 0;
}

static void commit(struct writing *w)
{
	struct err err = ERR_INIT;
	char id[HISTORY_ID];
	struct history_signer signer = {sign, NULL, {0}};
	struct history_meta meta = {.subject = HOSTILE,
	                            .action = HOSTILE,
	                            .step = HOSTILE,
	                            .author_name = HOSTILE,
	                            .author_mail = "R1\x1b[31m@x.genba.invalid",
	                            .when = clock_now()};
	if (history_commit(case_history(s.c), w->changes, w->count, &meta, &signer, id, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < w->count; i++) {
		free((void *)(uintptr_t)w->changes[i].path);
		free((void *)(uintptr_t)w->changes[i].text);
	}
}

static void add_records(void)
{
	struct writing w = {.count = 0};
	size_t n = 1;
	assert_int_equal(sqlite3_exec(case_db(s.c), "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		char label[LABEL_TEXT];
		if (!kind->letters)
			continue; /* the case itself */
		snprintf(label, sizeof label, "R1-%s90", kind->letters);
		insert(&w, hostile_record(kind->name, n++, label, 0));
		snprintf(label, sizeof label, "\x1b]%s\a\xc2\x9b\xe2\x80\xae<b>", kind->letters);
		insert(&w, hostile_record(kind->name, n++, label, 1));
	}
	insert(&w, hostile_record("k\x1b]0;x\a\xc2\x9b<i>", n++, "\x1b[31mU", 1));
	commit(&w);
	assert_int_equal(sqlite3_exec(case_db(s.c), "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	struct err err = ERR_INIT;
	struct assign text[] = {{"text", HOSTILE}};
	if (record_add(s.c, "note", text, 1, 0, first_note, &err) < 0)
		fail_msg("%s", err.message);
	struct assign changed[] = {{"text", "changed" HOSTILE}};
	if (record_set(s.c, first_note, changed, 1, 0, &err) < 0)
		fail_msg("%s", err.message);
}

static int set_up(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(secret_setup(&err), 0);
	assert_non_null(mkdtemp(folder));
	setenv("XDG_DATA_HOME", folder, 1);
	routes_begin();
	session_init(&s);
	s.identity = identity_ephemeral("Responder " HOSTILE, "R1");
	s.path = xasprintf("%s/hostile.genba", folder);
	struct case_new spec = {.title = HOSTILE, .party = HOSTILE, .owner = s.identity};
	s.c = case_create(s.path, &spec, &err);
	if (!s.c)
		fail_msg("%s", err.message);
	add_records();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	session_release(&s);
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

/* ---- what is printed */

static void speak(const char *language)
{
	i18n_set_language(language);
	assert_int_equal(i18n_use(strcmp(language, "ja") == 0 ? catalogue_ja : NULL, catalogue_ja_size), 0);
}

static void assert_harmless(const char *line, const char *language, const char *text)
{
	struct buf plain = BUF_INIT;
	struct buf safe = BUF_INIT;
	for (const char *p = text; *p; p++)
		if (!(*p == '\r' && p[1] == '\n'))
			buf_addc(&plain, *p);
	buf_adds(&plain, "");
	printable_add(&safe, plain.data, plain.len, PRINTABLE_KEEP_NEWLINES);
	for (size_t i = 0; i < safe.len || i < plain.len; i++)
		if (i >= safe.len || i >= plain.len || safe.data[i] != plain.data[i])
			fail_msg("%s (%s): a raw byte %02x after: %.80s", line, language, (unsigned char)plain.data[i],
			         plain.data + (i > 60 ? i - 60 : 0));
	buf_release(&safe);
	buf_release(&plain);
}

static int is_markup(const char *line)
{
	return strstr(line, "html") || strncmp(line, "print ", 6) == 0;
}

static void try_line(const char *line, const char *language)
{
	struct err err = ERR_INIT;
	struct buf output = BUF_INIT;
	buf_adds(&output, "");
	command_run_line(&s, line, &output, &err);
	assert_harmless(line, language, output.data);
	assert_harmless(line, language, err.message);
	shown += strstr(output.data, "owned") != NULL;
	if (is_markup(line) && strstr(output.data, "<img"))
		fail_msg("%s (%s): markup of a record", line, language);
	buf_release(&output);
}

/* Words before and behind what the command is about. */
struct form {
	const char *before, *behind;
};

static void try_forms(const struct form *forms, size_t count, const char *about, const char *language)
{
	for (size_t i = 0; i < count; i++) {
		char *line = xasprintf("%s %s%s", forms[i].before, about, forms[i].behind);
		try_line(line, language);
		free(line);
	}
}

static void try_kind(const char *kind, const char *language)
{
	static const struct form forms[] = {{"list", ""},           {"list", " --json"},
	                                    {"list", " --csv"},     {"list", " --retracted"},
	                                    {"list", " --at HEAD"}, {"list", " --where text~owned"}};
	try_forms(forms, sizeof forms / sizeof *forms, kind, language);
}

/* By label; a hostile one cannot be typed, but stands in lists and references. `show --sha256sums` gives names as bytes,
 * for a program. */
static void try_record(const char *label, const char *language)
{
	static const struct form forms[] = {{"show", ""},           {"show", " --json"}, {"show", " --reveal"},
	                                    {"show", " --at HEAD"}, {"log", ""},         {"log", " --json"},
	                                    {"print custody", ""},  {"print tags", ""},  {"play", ""}};
	try_forms(forms, sizeof forms / sizeof *forms, label, language);
}

static void nothing_is_printed_as_it_is(void **state)
{
	(void)state;
	static const char *const languages[] = {"en", "ja"};
	static const char *const lines[] = {
	    "board",
	    "board --json",
	    "find owned",
	    "find owned --json",
	    "flow",
	    "timeline",
	    "timeline --json",
	    "timeline --times relative",
	    "timeline --times corrected",
	    "timeline --times utc",
	    "brief",
	    "brief --handover",
	    "brief --json",
	    "brief --form markdown",
	    "brief --handover --form html",
	    "log",
	    "log --json",
	    "log --changes",
	    "play",
	    "play --json",
	    "key slots",
	    "key slots --json",
	    "print tags",
	    "print worksheet",
	    "print worksheet --json",
	    "verify",
	    "verify --json",
	    "undo --reason x" HOSTILE,
	    "retract R1-Z99",
	};
	for (size_t l = 0; l < 2; l++) {
		speak(languages[l]);
		for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
			try_line(lines[i], languages[l]);
		for (size_t i = 0; i < kind_count(); i++) {
			char label[LABEL_TEXT];
			try_kind(kind_at(i)->name, languages[l]);
			snprintf(label, sizeof label, "R1-%s90", kind_at(i)->letters ? kind_at(i)->letters : "Z");
			try_record(label, languages[l]);
		}
		try_record("case", languages[l]);
		try_record(first_note, languages[l]);
		char from[64];
		char head[HISTORY_ID];
		assert_int_equal(history_head(case_history(s.c), head, NULL), 0);
		snprintf(from, sizeof from, "diff %.10s", head);
		try_line(from, languages[l]);
	}
	assert_true(shown > 300);
}

/* All that changed since the first commit, and pictures and lists that are written to files. */
static int first_commit(void *ctx, const struct history_entry *entry)
{
	snprintf(ctx, HISTORY_ID, "%s", entry->id);
	return 0;
}

static void nothing_is_written_as_it_is(void **state)
{
	(void)state;
	static const char *const languages[] = {"en", "ja"};
	char first[HISTORY_ID] = "";
	assert_int_equal(history_log(case_history(s.c), NULL, NULL, 0, first_commit, first, NULL), 0);
	for (size_t l = 0; l < 2; l++) {
		speak(languages[l]);
		char line[200];
		snprintf(line, sizeof line, "diff %.10s", first);
		try_line(line, languages[l]);
		snprintf(line, sizeof line, "diff %.10s --json", first);
		try_line(line, languages[l]);
		static const char *const files[] = {"export svg", "export csv asset", "export csv note"};
		for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
			struct err err = ERR_INIT;
			struct buf text = BUF_INIT;
			char *path = xasprintf("%s/out-%zu-%zu", folder, l, i);
			snprintf(line, sizeof line, "%s %s", files[i], path);
			if (command_run_line(&s, line, NULL, &err) < 0 ||
			    buf_read_file(&text, path, 1U << 24, &err) < 0)
				fail_msg("%s: %s", line, err.message);
			assert_harmless(line, languages[l], text.data);
			if (strstr(files[i], "svg") && strstr(text.data, "<img"))
				fail_msg("%s: markup of a record", line);
			buf_release(&text);
			free(path);
		}
	}
}

/* A mark becomes a line of the file by which git knows who may sign. */
static void no_mark_lets_a_key_sign(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char *line = xasprintf("export git %s/g.git", folder);
	char *path = xasprintf("%s/g.git.allowed_signers", folder);
	if (command_run_line(&s, line, NULL, &err) < 0 || buf_read_file(&text, path, 1U << 20, &err) < 0)
		fail_msg("%s: %s", line, err.message);
	assert_int_equal(strncmp(text.data, "R1 namespaces", 13), 0);
	assert_ptr_equal(strchr(text.data, '\n'), text.data + text.len - 1); /* the only line */
	buf_release(&text);
	free(path);
	free(line);
}

/* ---- formulas */

static void a_spreadsheet_reads_no_formula(void **state)
{
	(void)state;
	static const char *const formulas[] = {"=1+1", "+1",  "-1",  "@SUM(1)", "＝1+1", "＋1",
	                                       "－1",  "＠x", " =1", "　＝1",   "\t=1",  "\n=1"};
	static const char *const plain[] = {"1", "a=1", "R1-A1", "’=1", "", " ", "・－"};
	for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
		struct buf out = BUF_INIT;
		csv_cell(&out, formulas[i], 1);
		if (strncmp(out.data, "\"'", 2) != 0)
			fail_msg("a formula: %s", out.data);
		buf_release(&out);
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		struct buf out = BUF_INIT;
		csv_cell(&out, plain[i], 1);
		assert_string_equal(out.data ? out.data : "", plain[i]);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_printed_as_it_is),
	    cmocka_unit_test(nothing_is_written_as_it_is),
	    cmocka_unit_test(no_mark_lets_a_key_sign),
	    cmocka_unit_test(a_spreadsheet_reads_no_formula),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
