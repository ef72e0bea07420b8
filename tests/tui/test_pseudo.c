/*
 * Every view in a language that nobody speaks (tests/data/pseudo.py makes its catalogue of the Japanese one, and the program
 * GENBA_PSEUDO speaks it under --lang ja): a word in ASCII that is neither the case's own nor a name of the command
 * language was not translated; a text without its closing bracket was cut; a column that does not begin where its name
 * does was counted in bytes.
 */
#include "case/kind/kinds.h"
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"
#include "tui/command/command.h"
#include "tui/routes.h"

#include <ctype.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 3

struct looking {
	struct program program;
	struct terminal *t;
	json_t *
	    words; /* that may stand there in ASCII: what the case holds, and names that are the same in every language */
	struct buf wrong;
};

/* ---- words that are no one's to translate */

static void allow(struct looking *l, const char *text)
{
	while (*text) {
		size_t n = 0;
		while (isascii((unsigned char)text[n]) && isalpha((unsigned char)text[n]))
			n++;
		if (n > 0) {
			char *word = strndup(text, n);
			json_object_set_new(l->words, word, json_true());
			free(word);
		}
		text += n ? n : 1;
	}
}

static void allow_values(struct looking *l, const json_t *value)
{
	size_t i;
	const char *key;
	json_t *item;
	if (json_is_string(value))
		allow(l, json_string_value(value));
	json_array_foreach(value, i, item)
		allow_values(l, item);
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
		allow_values(l, item);
}

static void allow_case(struct looking *l)
{
	static const char *const same_everywhere[] = {
	    "genba TLP AMBER TEST UTC Ctrl JSON CSV SHA MD KiB MiB",
	    "status infected seen text rar tag noise",                                /* the filter language */
	    "isolate investigate preserve chain directory webshell ransomware shift", /* playbooks */
	    "Active Directory Web WebShell",                                          /* in their Japanese names */
	    "OSINT verify"};
	for (size_t i = 0; i < sizeof same_everywhere / sizeof *same_everywhere; i++)
		allow(l, same_everywhere[i]);
	for (size_t i = 0; i < kind_count(); i++) {
		for (size_t k = 0; k < kind_field_count(kind_at(i)); k++)
			allow(l,
			      kind_field_at(kind_at(i), k)->ja); /* From address in Japanese: a name of the protocol */
		program_good(&l->program, "list", kind_at(i)->name, "--json", NULL);
		json_t *records = json_loads(l->program.out.data, 0, NULL);
		assert_non_null(records);
		allow_values(l, records);
		json_decref(records);
	}
	program_good(&l->program, "log", "--json", NULL); /* subjects of commits are English, for everybody */
	json_t *log = json_loads(l->program.out.data, 0, NULL);
	allow_values(l, log);
	json_decref(log);
}

static void allow_commands(struct looking *l)
{
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		allow(l, command->name);
		allow(l, command->operands);
		allow(l, command->options);
	}
}

/* ---- looking */

struct settled {
	struct buf before;
	struct buf left; /* the screen that was left by the key */
	int rounds;
};

static int has_settled(struct terminal *t, void *ctx)
{
	struct settled *s = ctx;
	struct buf text = BUF_INIT;
	terminal_text(t, &text);
	int moved = strcmp(text.data, s->left.data) != 0;
	s->rounds = moved && strcmp(text.data, s->before.data) == 0 ? s->rounds + 1 : 0;
	buf_release(&s->before);
	s->before = text;
	return s->rounds >= ROUNDS;
}

/* A part of a word that may stand there: cut by `…`, or broken over the lines of a small box. */
static int is_part(const struct looking *l, const char *part, int anywhere)
{
	const char *word;
	json_t *value;
	json_object_foreach(l->words, word, value) {
		const char *found = strstr(word, part);
		if (found && (anywhere || found == word))
			return 1;
	}
	return 0;
}

static int is_allowed(const struct looking *l, const char *where, const char *word, char before, const char *after)
{
	return strlen(word) < 3 || json_object_get(l->words, word) || isdigit((unsigned char)before) ||
	       isdigit((unsigned char)*after) || (strncmp(after, "…", strlen("…")) == 0 && is_part(l, word, 0)) ||
	       (strcmp(where, "flow") == 0 && is_part(l, word, 1));
}

static void untranslated(struct looking *l, const char *where, const char *line)
{
	for (const char *at = line; *at;) {
		size_t n = 0;
		while (isascii((unsigned char)at[n]) && isalpha((unsigned char)at[n]))
			n++;
		char *word = strndup(at, n);
		if (!is_allowed(l, where, word, at > line ? at[-1] : ' ', at + n))
			buf_addf(&l->wrong, "%s: '%s' is not translated in: %s\n", where, word, line);
		free(word);
		at += n ? n : 1;
	}
}

/* Texts that the workbench lays out itself, in the title and the footer, are left out rather than cut. */
static void cut(struct looking *l, const char *where, const char *line)
{
	int open = 0;
	for (const char *at = line; *at; at++) {
		open += strncmp(at, "⟦", strlen("⟦")) == 0;
		open -= strncmp(at, "⟧", strlen("⟧")) == 0;
	}
	if (open)
		buf_addf(&l->wrong, "%s: cut: %s\n", where, line);
}

static int is_blank(struct terminal *t, int row, int column)
{
	return strcmp(terminal_cell(t, row, column).text, " ") == 0;
}

/* The row of a record in a list: signs, then its label. */
static int is_record(struct terminal *t, int row)
{
	return strcmp(terminal_cell(t, row, 2).text, "R") == 0 && strcmp(terminal_cell(t, row, 4).text, "-") == 0;
}

/* Under the place where a column's name begins no cell of the column before it ends. */
static void misaligned(struct looking *l, const char *where)
{
	for (int c = 5; c < terminal_columns(l->t); c++) {
		if (is_blank(l->t, 2, c) || !is_blank(l->t, 2, c - 1) || !is_blank(l->t, 2, c - 2))
			continue;
		for (int row = 3; row < terminal_rows(l->t) - 2; row++)
			if (is_record(l->t, row) && (!is_blank(l->t, row, c - 1) || !is_blank(l->t, row, c - 2))) {
				struct buf line = BUF_INIT;
				terminal_row(l->t, row, &line);
				buf_addf(&l->wrong, "%s: no blank before column %d in: %s\n", where, c, line.data);
				buf_release(&line);
				break;
			}
	}
}

static void look(struct looking *l, const char *where, const char *keys, int is_list)
{
	struct settled s = {BUF_INIT, BUF_INIT, 0};
	terminal_text(l->t, &s.left);
	terminal_type(l->t, keys);
	terminal_await_that(l->t, has_settled, &s, where);
	for (int row = 0; row < terminal_rows(l->t); row++) {
		struct buf line = BUF_INIT;
		terminal_row(l->t, row, &line);
		untranslated(l, where, line.data);
		if ((row == 1 && strcmp(where, "past") != 0) || row == terminal_rows(l->t) - 2)
			cut(l, where, line.data);
		buf_release(&line);
	}
	if (is_list)
		misaligned(l, where);
	buf_release(&s.before);
	buf_release(&s.left);
}

static void every_view_is_translated_and_aligned(void **state)
{
	static const struct {
		const char *where;
		const char *keys;
		int is_list;
	} views[] = {
	    {"timeline", "5", 0},
	    {"timeline, relative", "t", 0},
	    {"timeline, lanes", "L", 0},
	    {"flow", "A", 0},
	    {"brief", "B", 0},
	    {"assets", "3", 1},
	    {"assets, marked and sorted", "mmsS", 1},
	    {"filter", "f", 0},
	    {"choice of a field", KEYS_ESCAPE "o", 0},
	    {"asset", KEYS_ESCAPE KEYS_ENTER, 0},
	    {"form of an asset", "e", 0},
	    {"form of an asset, all fields", "m", 0},
	    {"choice of a value", "jj" KEYS_ENTER, 0},
	    {"note", KEYS_ESCAPE KEYS_ESCAPE KEYS_ESCAPE "n", 0},
	    {"evidence", KEYS_ESCAPE "4", 1},
	    {"notes", "6", 1},
	    {"new note", "a", 0},
	    {"indicators", KEYS_ESCAPE "7", 1},
	    {"measures", "8", 1},
	    {"new measure", "a", 0},
	    {"history", KEYS_ESCAPE "9", 0},
	    {"action", "jjj" KEYS_ENTER, 0},
	    {"kinds", "0", 0},
	    {"playbook, none", "2", 0},
	    {"playbook", ":play isolate --on R1-A2" KEYS_ENTER KEYS_ESCAPE "2", 0},
	    {"step", KEYS_ENTER, 0},
	    {"search", KEYS_ESCAPE "/メール" KEYS_ENTER, 0},
	    {"conflicts", ":resolve" KEYS_ENTER, 0},
	    {"news", ":diff" KEYS_ENTER, 0},
	    {"verify", ":verify" KEYS_ENTER, 0},
	    {"past", "9jjj@", 0},
	    {"paste", "@1p", 0},
	};
	struct looking l = {.words = json_object(), .wrong = BUF_INIT};
	(void)state;
	program_init(&l.program);
	program_demo(&l.program, "ja");
	allow_case(&l);
	assert_non_null(getenv("GENBA_PSEUDO"));
	setenv("GENBA", getenv("GENBA_PSEUDO"), 1);
	l.t = terminal_open(24, 80, NULL, "--lang", "ja", getenv("GENBA_CASE"), NULL);
	look(&l, "board", "", 0);
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		look(&l, views[i].where, views[i].keys, views[i].is_list);
	allow_commands(&l); /* beside whose names stand their summaries */
	look(&l, "command line", KEYS_ESCAPE ":no", 0);
	look(&l, "help", KEYS_ESCAPE "?", 0);
	for (int page = 0; page < 6; page++)
		look(&l, "help, further down", KEYS_PAGE_DOWN, 0);
	terminal_quit(l.t);
	if (l.wrong.len) {
		fputs(l.wrong.data, stderr); /* fail_msg() cuts a long list */
		fail_msg("%s", "see above");
	}
	buf_release(&l.wrong);
	json_decref(l.words);
	program_release(&l.program);
}

int main(void)
{
	routes_begin();
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_view_is_translated_and_aligned)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
