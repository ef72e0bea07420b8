/* The subject of an action's commit: what happened, in English, in words that a stranger understands. */
#include "case/action/action_subject.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/action/action_private.h"
#include "case/action/verb.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_CELLS   120 /* what a wide screen has room for; narrower ones cut it themselves */
#define LABELS_MOST     4
#define NAME_CELLS      24 /* of a record, where several are named */
#define TOLD_MOST       16 /* records whose changes are written out: of a list of thousands nobody reads them */
#define REFERENCES_MOST 2
#define VALUE_CELLS     40

/* A value that is an act: it is told by its word, with what the field `how` says. */
static const struct {
	const char *kind, *field, *value;
	const char *word;
	const char *how;
} phrases[] = {
    {"asset", "status", "infected", N_("found infected:"), NULL},
    {"asset", "status", "compromised", N_("found compromised:"), NULL},
    {"asset", "status", "suspected", N_("suspected:"), NULL},
    {"asset", "status", "clean", N_("no trace found on"), NULL},
    {"asset", "containment", "requested", N_("asked to isolate"), NULL},
    {"asset", "containment", "isolated", N_("isolated"), "isolation_method"},
    {"asset", "containment", "released", N_("released from isolation:"), NULL},
    {"measure", "status", "done", N_("done:"), NULL},
    {"account", "action", "disabled", N_("disabled the account"), NULL},
    {"indicator", "action", "blocked", N_("blocked"), NULL},
};
#define PHRASES (sizeof phrases / sizeof *phrases)

/* ---- what a change is */

static void add_reference(struct case_file *c, const char *id, struct buf *out)
{
	json_t *record = record_get(c, id, 0, NULL);
	const struct kind *kind = record ? record_kind(record) : NULL;
	const struct field *title = kind && kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	buf_adds(out, record ? record_label(record) : id);
	if (title && title->type == FIELD_TEXT && json_get_string(record, title->name))
		buf_addf(out, " %s", json_get_string(record, title->name));
	json_decref(record);
}

static int compare_labels(const void *a, const void *b)
{
	const char *x = json_get_string(*(json_t *const *)a, "label");
	const char *y = json_get_string(*(json_t *const *)b, "label");
	size_t n = strlen(x ? x : "");
	size_t m = strlen(y ? y : "");
	return n != m ? (n > m) - (n < m) : strcmp(x ? x : "", y ? y : "");
}

/* The first `most` of a set, by label: its ids, which order what is stored, are of chance. */
static void add_references(struct case_file *c, const json_t *ids, size_t most, struct buf *out)
{
	size_t count = json_array_size(ids);
	json_t **records = xcalloc(count + 1, sizeof *records);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if ((records[n] = record_get(c, json_string_value(json_array_get(ids, i)), 0, NULL)))
			n++;
	if (n > 1)
		qsort(records, n, sizeof *records, compare_labels);
	for (size_t i = 0; i < n && i < most; i++) {
		buf_adds(out, i ? "/" : "");
		add_reference(c, record_label(records[i]), out);
	}
	for (size_t i = 0; i < n; i++)
		json_decref(records[i]);
	free(records);
}

static const char *english(const struct field *field, const char *name)
{
	const struct field_value *value = field->values ? field_value_find(field, name) : NULL;
	return value ? value->en : name;
}

/* In English whatever the interface's language; what can be purged is not told, nor any digest. */
static void add_value(struct case_file *c, const struct field *field, const json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);
	size_t i;
	json_t *member;
	if (field->type == FIELD_LONG || field->type == FIELD_SECRET || field->type == FIELD_HASH)
		return;
	if (json_is_integer(value))
		buf_addf(out, " %lld", (long long)json_integer_value(value));
	if (text)
		buf_addc(out, ' ');
	if (text && field->type == FIELD_REF)
		add_reference(c, text, out);
	else if (text)
		buf_adds(out, english(field, text));
	if (field->type == FIELD_REFS) {
		buf_addc(out, ' ');
		add_references(c, value, REFERENCES_MOST, out);
		return;
	}
	json_array_foreach(value, i, member) {
		buf_adds(out, i ? "/" : " ");
		buf_adds(out, english(field, json_string_value(member)));
	}
}

static char *told_changes(struct case_file *c, const struct kind *kind, const json_t *before, const json_t *after)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		const json_t *value = json_object_get(after, field->name);
		const json_t *was = json_object_get(before, field->name);
		struct buf text = BUF_INIT;
		if (json_same(value, was))
			continue;
		if (value)
			add_value(c, field, value, &text);
		else
			buf_adds(&text, " unset");
		buf_truncate(&text, text_fit(text.data, VALUE_CELLS, NULL));
		buf_addf(&b, "%s%s%s", b.len ? ", " : "", field->en, text.data);
		buf_release(&text);
	}
	return buf_take(&b, NULL);
}

static unsigned phrases_of(const struct kind *kind, const json_t *before, const json_t *after)
{
	unsigned bits = 0;
	for (size_t i = 0; i < PHRASES; i++)
		if (strcmp(phrases[i].kind, kind->name) == 0 && json_is(after, phrases[i].field, phrases[i].value) &&
		    !json_is(before, phrases[i].field, phrases[i].value))
			bits |= 1U << i;
	return bits;
}

static char *how_of(const struct kind *kind, unsigned bits, const json_t *after)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < PHRASES; i++) {
		const char *value = bits & 1U << i && phrases[i].how ? json_get_string(after, phrases[i].how) : NULL;
		if (value && strcmp(value, "unknown") != 0)
			buf_addf(&b, "%s%s", b.len ? ", " : "", english(kind_field(kind, phrases[i].how), value));
	}
	return buf_take(&b, NULL);
}

/* A text of many words is not told: it can be purged, a commit cannot. */
static char *title_of(struct case_file *c, const struct kind *kind, const json_t *object)
{
	const struct field *field = kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	const char *text = field ? json_get_string(object, field->name) : NULL;
	struct buf b = BUF_INIT;
	const json_t *on = json_object_get(object, "on");
	if (kind->traits & KIND_NOTE) { /* its text can be purged: what it is about is told */
		if (json_array_size(on) == 0)
			return NULL;
		buf_adds(&b, "→ ");
		add_references(c, on, 1, &b);
		return buf_take(&b, NULL);
	}
	if (kind->traits & KIND_ONE || !text)
		return NULL;
	if (field->type == FIELD_REF)
		add_reference(c, text, &b);
	else if (field->type == FIELD_TEXT || field->type == FIELD_ENUM)
		buf_adds(&b, english(field, text));
	return b.len ? buf_take(&b, NULL) : NULL;
}

void action_subject_note(struct action *a, struct changed *entry, const json_t *before, const json_t *after)
{
	const struct kind *kind = record_kind(after);
	if (!kind)
		return;
	entry->title = title_of(a->c, kind, after);
	if (!before)
		return;
	entry->phrases = phrases_of(kind, before, after);
	entry->how = how_of(kind, entry->phrases, after);
	entry->told = a->count <= TOLD_MOST ? told_changes(a->c, kind, before, after) : NULL;
}

/* ---- the line */

static int is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What all changes are, or 0 or NULL where they differ. */
static void what_all_are(const struct action *a, unsigned *bits, const char **how, const char **told)
{
	*bits = a->count ? a->changes[0].phrases : 0;
	*how = a->count ? a->changes[0].how : NULL;
	*told = a->count && a->count <= TOLD_MOST ? a->changes[0].told : NULL;
	for (size_t i = 1; i < a->count; i++) {
		*bits &= a->changes[i].phrases;
		*how = is_same(*how, a->changes[i].how) ? *how : NULL;
		*told = is_same(*told, a->changes[i].told) ? *told : NULL;
	}
}

static void add_items(const struct action *a, size_t most, struct buf *out)
{
	for (size_t i = 0; i < a->count && i < most; i++) {
		const struct changed *change = &a->changes[i];
		buf_addf(out, "%s %s", i ? "," : "", change->label);
		if (!change->title)
			continue;
		size_t fits = text_fit(change->title, a->count > 1 ? NAME_CELLS : SUBJECT_CELLS, NULL);
		buf_addf(out, " %.*s", (int)fits, change->title);
	}
	if (a->count > most)
		buf_addf(out, " and %zu more", a->count - most);
}

/* `isolated`, `found infected: … `: the words of the phrases, one after the other. */
static void add_words(unsigned bits, struct buf *out)
{
	for (size_t i = 0; i < PHRASES; i++)
		if (bits & 1U << i) {
			size_t n = strlen(phrases[i].word);
			int last = (bits >> i >> 1) == 0;
			if (!last && phrases[i].word[n - 1] == ':')
				n--;
			buf_addf(out, "%.*s%s", (int)n, phrases[i].word, last ? "" : ", ");
		}
}

/* The subject with at most `most` of the records named. */
static void write_subject(const struct action *a, size_t most, struct buf *b)
{
	const struct verb *verb = verb_find(a->verb);
	unsigned bits;
	const char *how;
	const char *told;
	what_all_are(a, &bits, &how, &told);
	if (verb && verb->subject == VERB_FIELDS && bits) {
		add_words(bits, b);
		add_items(a, most, b);
		if (how && *how)
			buf_addf(b, " (%s)", how);
		return;
	}
	buf_adds(b, a->verb);
	if (verb && verb->subject == VERB_KIND)
		buf_addf(b, " %s", a->changes[a->count - 1].kind);
	if (a->count == 1 && a->changes[0].title && !told) {
		int about = kind_has(a->changes[0].kind, KIND_NOTE);
		buf_addf(b, " %s%s %s", a->changes[0].label, about ? "" : ":", a->changes[0].title);
		return;
	}
	add_items(a, most, b);
	if (told && *told && verb && verb->subject == VERB_FIELDS)
		buf_addf(b, ": %s", told);
}

char *action_subject_make(const struct action *a)
{
	struct buf b = BUF_INIT;
	struct buf safe = BUF_INIT;
	if (a->subject)
		buf_adds(&b, a->subject);
	for (size_t most = LABELS_MOST; !a->subject && most > 0; most--) {
		buf_clear(&b);
		write_subject(a, most, &b);
		if (text_width(b.data) <= SUBJECT_CELLS)
			break;
	}
	struct buf line = BUF_INIT;
	printable_add(&safe, b.data, b.len, PRINTABLE_LINE);
	text_pad(&line, safe.data, SUBJECT_CELLS);
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		buf_truncate(&line, line.len - 1);
	buf_release(&safe);
	buf_release(&b);
	return buf_take(&line, NULL);
}

const char *action_subject_word(const char *subject, size_t *n)
{
	for (size_t i = 0; i < PHRASES; i++) {
		size_t size = strlen(phrases[i].word);
		size_t bare = phrases[i].word[size - 1] == ':' ? size - 1 : size;
		if (strncmp(subject, phrases[i].word, bare) != 0 || !strchr(": ,", subject[bare]))
			continue;
		*n = bare + (subject[bare] == ':');
		return i18n_text(phrases[i].word);
	}
	return NULL;
}
