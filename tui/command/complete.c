#include "tui/command/complete.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/words.h"
#include "case/kind/kinds.h"
#include "case/store/record.h"
#include "playbook/load/playbook.h"
#include "tui/command/command.h"
#include "tui/command/named.h"

#include <stdlib.h>
#include <string.h>

struct completing {
	struct session *s;
	struct candidates *c;
	const struct command *command;
	struct words before; /* the words in front of the one being typed */
	const char *word;    /* what is typed of it */
	size_t word_length;
	int is_further; /* it stands behind the comma of a list */
};

static void offer_n(struct completing *k, const char *text, size_t n, const char *tail)
{
	if (n < k->word_length || memcmp(text, k->word, k->word_length) != 0 ||
	    json_array_size(k->c->words) >= COMPLETE_LIMIT)
		return;
	struct buf whole = BUF_INIT;
	buf_add(&whole, text, n);
	buf_adds(&whole, tail);
	json_array_append_new(k->c->words, json_stringn(whole.data, whole.len));
	buf_release(&whole);
}

static void offer(struct completing *k, const char *text)
{
	offer_n(k, text, strlen(text), "");
}

/* ---- sources of candidates */

static void offer_commands(struct completing *k)
{
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		struct err why = ERR_INIT;
		if (!command_refusal(k->s, command, &why))
			offer(k, command->name);
	}
}

static void offer_kinds(struct completing *k)
{
	for (size_t i = 0; !k->is_further && i < kind_count(); i++)
		offer(k, kind_at(i)->name);
}

static int offer_label(void *ctx, const char *label, int is_retracted)
{
	struct completing *k = ctx;
	offer(k, label);
	if (is_retracted && !k->c->retracted)
		k->c->retracted = json_object();
	if (is_retracted)
		json_object_set_new(k->c->retracted, label, json_true());
	return json_array_size(k->c->words) >= COMPLETE_LIMIT;
}

/* Labels of a kind (NULL: of any), the newest first, retracted ones last. `word` narrows them in the database already. */
static void offer_labels(struct completing *k, const char *kind)
{
	if (k->s->c)
		record_each_label(k->s->c, kind, k->word, COMPLETE_LIMIT, offer_label, k);
}

static void offer_playbooks(struct completing *k)
{
	for (size_t i = 0; playbook_builtin_name(i); i++)
		offer(k, playbook_builtin_name(i));
}

/* What a line can hold as it is. */
static void offer_files(struct completing *k)
{
	struct candidates files = {.words = NULL};
	size_t i;
	json_t *path;
	complete_path(k->word, 0, &files);
	json_array_foreach(files.words, i, path)
		if (!strpbrk(json_string_value(path), " \t\n\"'\\#"))
			offer(k, json_string_value(path));
	candidates_release(&files);
}

static void offer_values(struct completing *k, const struct field *field)
{
	for (size_t i = 0; i < field->value_count; i++)
		offer(k, field->values[i].name);
	if (field->type == FIELD_REF || field->type == FIELD_REFS)
		offer_labels(k, strcmp(field->ref_kind, "any") == 0 ? NULL : field->ref_kind);
}

static void offer_fields(struct completing *k, const struct kind *kind)
{
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (!field->machine)
			offer_n(k, field->name, strlen(field->name), "=");
	}
}

/* Of a record by its label or name; NULL: there is none. */
static const struct kind *kind_of_named(struct session *s, const char *text)
{
	char named[LABEL_TEXT];
	const char *label = named_record(s, text, named, NULL);
	json_t *record = label ? record_get(s->c, label, RECORD_RAW, NULL) : NULL;
	const struct kind *kind = record ? record_kind(record) : NULL;
	json_decref(record);
	return kind;
}

/* The kind that FIELD=VALUE words are about: the one named in front, or that of the record there, the first of several. */
static const struct kind *kind_meant(const struct completing *k)
{
	const char *word = k->before.count > 1 ? k->before.items[1] : "";
	if (k->command->flags & COMMAND_OF_ASSETS)
		return kind_find("asset");
	if (kind_find(word))
		return kind_find(word);
	const struct kind *kind = k->s->c ? kind_of_named(k->s, word) : NULL;
	size_t n = strcspn(word, ",");
	if (k->s->c && !kind && word[n]) {
		char *first = xstrndup(word, n);
		kind = kind_of_named(k->s, first);
		free(first);
	}
	return kind;
}

/* ---- places on the line */

/* The candidates are for what is typed from there on. */
static void go_to(struct completing *k, const char *at)
{
	k->c->from += (size_t)(at - k->word);
	k->word = at;
	k->word_length = strlen(at);
}

static void go_behind_comma(struct completing *k)
{
	const char *comma = strrchr(k->word, ',');
	k->is_further = comma != NULL;
	if (comma)
		go_to(k, comma + 1);
}

/* Behind FIELD= or, in a set, behind its last comma: the candidates are for what follows that. */
static int complete_value(struct completing *k)
{
	const char *equals = strchr(k->word, '=');
	const struct kind *kind = equals ? kind_meant(k) : NULL;
	if (!equals || !strstr(k->command->operands, "FIELD=VALUE"))
		return 0;
	char *name = xstrndup(k->word, (size_t)(equals - k->word));
	const struct field *field = kind ? kind_field_called(kind, name) : NULL;
	free(name);
	if (!field)
		return 1;
	go_to(k, equals + 1);
	if (field->type == FIELD_ENUMS || field->type == FIELD_REFS || field->type == FIELD_TAGS)
		go_behind_comma(k);
	offer_values(k, field);
	return 1;
}

/* What an option's value or an operand is called in the table says what may stand there. */
static void offer_called(struct completing *k, const char *called, size_t n)
{
	static const struct {
		const char *called;
		void (*offer)(struct completing *k);
		const char *labels; /* of this kind, "" any */
	} table[] = {{"KIND", offer_kinds, NULL},
	             {"LABEL", NULL, ""},
	             {"ASSET", NULL, "asset"},
	             {"COMMAND", offer_commands, NULL},
	             {"PLAYBOOK", offer_playbooks, NULL},
	             {"PATH", offer_files, NULL},
	             {"FILE", offer_files, NULL},
	             {"KEYFILE", offer_files, NULL},
	             {"OTHER", offer_files, NULL},
	             {"SITE.genba", offer_files, NULL},
	             {"DIR", offer_files, NULL},
	             {"LIST", NULL, NULL}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (strlen(table[i].called) != n || memcmp(table[i].called, called, n) != 0)
			continue;
		if (table[i].offer) {
			table[i].offer(k);
		} else if (table[i].labels) {
			go_behind_comma(k); /* several records: R1-A1,R1-A2 */
			offer_labels(k, *table[i].labels ? table[i].labels : NULL);
		}
		return;
	}
	if (n == 6 && memcmp(called, "STANCE", n) == 0)
		offer_values(k, kind_field(kind_find("note"), "stance"));
	else if (n > 0 && called[0] >= 'a' && called[0] <= 'z')
		offer_n(k, called, n, "");
}

/* `--on LABEL`: the value of the option in front. 1 if the word in front is an option that takes one. */
static int complete_option_value(struct completing *k)
{
	const char *last = k->before.count > 0 ? k->before.items[k->before.count - 1] : "";
	if (strncmp(last, "--", 2) != 0)
		return 0;
	for (const char *spec = k->command->options; *spec;) {
		size_t n = strcspn(spec, " ");
		size_t name = strcspn(spec, ": ");
		if (name < n && strlen(last + 2) == name && memcmp(last + 2, spec, name) == 0) {
			offer_called(k, spec + name + 1, n - name - 1);
			return 1;
		}
		spec += n + (spec[n] == ' ');
	}
	return 0;
}

static void complete_option(struct completing *k)
{
	for (const char *spec = k->command->options; *spec;) {
		size_t n = strcspn(spec, " ");
		struct buf option = BUF_INIT;
		buf_addf(&option, "--%.*s", (int)strcspn(spec, ": "), spec);
		offer(k, option.data);
		buf_release(&option);
		spec += n + (spec[n] == ' ');
	}
}

/* The operand at that place: `LABEL FIELD=VALUE…`, alternatives parted by |, a last one with … stands for all further. */
static void complete_operand(struct completing *k, size_t place)
{
	const char *at = k->command->operands;
	size_t n;
	for (; place > 0; place--) {
		n = strcspn(at, " ");
		if (!at[n] || (at[n] == ' ' && strcmp(at + n + 1, "| -") == 0))
			break;
		at += n + 1;
	}
	n = strcspn(at, " ");
	char *operand = xstrndup(at, n);
	char *save = NULL;
	for (char *part = strtok_r(operand, "|[]", &save); part; part = strtok_r(NULL, "|[]", &save)) {
		size_t length = strcspn(part, "\xe2 "); /* up to … */
		if (length == 11 && memcmp(part, "FIELD=VALUE", 11) == 0)
			offer_fields(k, kind_meant(k));
		else
			offer_called(k, part, length);
	}
	free(operand);
}

void complete_line(struct session *s, const char *line, struct candidates *c)
{
	struct completing k = {.s = s, .c = c};
	size_t n = strlen(line);
	while (n > 0 && line[n - 1] != ' ')
		n--;
	c->from = n;
	c->words = json_array();
	c->retracted = NULL;
	k.word = line + n;
	k.word_length = strlen(k.word);
	char *front = xstrndup(line, n);
	if (words_split(&k.before, front, NULL) == 0) {
		size_t operands = 0;
		for (size_t i = 1; i < k.before.count; i++)
			operands += strncmp(k.before.items[i], "--", 2) != 0;
		k.command = k.before.count ? command_find(k.before.items[0]) : NULL;
		if (k.before.count == 0)
			offer_commands(&k);
		else if (!k.command)
			;
		else if (*k.word == '-')
			complete_option(&k);
		else if (!complete_option_value(&k) && !complete_value(&k))
			complete_operand(&k, operands);
		words_release(&k.before);
	}
	free(front);
}

void candidates_release(struct candidates *c)
{
	json_decref(c->words);
	json_decref(c->retracted);
	c->words = c->retracted = NULL;
}

size_t candidates_common(const struct candidates *c)
{
	const char *first = json_string_value(json_array_get(c->words, 0));
	size_t common = first ? strlen(first) : 0;
	for (size_t i = 1; i < json_array_size(c->words); i++) {
		const char *word = json_string_value(json_array_get(c->words, i));
		size_t n = 0;
		while (n < common && word[n] == first[n])
			n++;
		common = n;
	}
	while (common > 0 && first && ((unsigned char)first[common] & 0xC0) == 0x80)
		common--;
	return common;
}
