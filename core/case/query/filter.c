#include "case/query/filter.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "case/kind/nearest.h"
#include "case/query/filter_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What every record has beside the fields of its kind. */
static const struct field record_fields[] = {
    {.name = "label", .type = FIELD_TEXT, .en = "Label", .ja = "管理番号"},
    {.name = "id", .type = FIELD_TEXT, .en = "Id", .ja = "ID"},
    {.name = "kind", .type = FIELD_TEXT, .en = "Kind", .ja = "種類"},
    {.name = "author", .type = FIELD_TEXT, .en = "Author", .ja = "入力者"},
    {.name = "disputed", .type = FIELD_TAGS, .en = "Disputed", .ja = "競合中"},
    {.name = "modified", .type = FIELD_TIME, .en = "Modified", .ja = "更新日時"},
};

const char *const filter_times[FILTER_TIMES] = {"when", "first_seen", "last_seen", "found"};

int filter_is_text(enum field_type type)
{
	return type == FIELD_TEXT || type == FIELD_LONG || type == FIELD_HASH || type == FIELD_ADDRESS ||
	       type == FIELD_URL || type == FIELD_TAGS;
}

int filter_is_choice(enum field_type type)
{
	return type == FIELD_ENUM || type == FIELD_ENUMS || type == FIELD_TRI;
}

/* Words of the language */

/* What an input method types for an ASCII sign: ＝ for =, an ideographic space. Returns the ASCII and its bytes. */
static char ascii_at(const char *text, size_t *bytes)
{
	const unsigned char *p = (const unsigned char *)text;
	*bytes = 1;
	if (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80) {
		*bytes = 3;
		return ' ';
	}
	if (p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD)) {
		int point = ((p[1] & 0x3F) << 6) | (p[2] & 0x3F); /* U+FF01 to U+FF5E, less 0xF000 */
		if (p[2] >= 0x80 && point >= 0xF01 && point <= 0xF5E) {
			*bytes = 3;
			return (char)(point - 0xF00 + 0x20);
		}
	}
	return *text >= '\t' && *text <= '\r' ? ' ' : *text;
}

static int is_sign(char c)
{
	return c != '\0' && strchr("=!<>~:\"|", c) != NULL;
}

/* What the terms are read from. */
struct parser {
	const struct kind *kind;
	struct filter *filter;
	const char *at;
	struct err *err;
};

static void skip_spaces(struct parser *p)
{
	size_t bytes;
	while (ascii_at(p->at, &bytes) == ' ')
		p->at += bytes;
}

static void take_quoted(struct parser *p, struct buf *out)
{
	while (*p->at) {
		size_t bytes;
		char c = ascii_at(p->at, &bytes);
		if (c == '"' && bytes == 1) {
			p->at++;
			return;
		}
		if (*p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\'))
			p->at++;
		buf_addc(out, *p->at++);
	}
}

/* One value: up to a space or bar outside quotes. An unclosed quote ends with the text, so that typing it is no error. */
static void take_value(struct parser *p, struct buf *out, const char *stop)
{
	while (*p->at) {
		size_t bytes;
		char c = ascii_at(p->at, &bytes);
		if (strchr(stop, c))
			return;
		if (c == '"') {
			p->at += bytes;
			take_quoted(p, out);
		} else if (c == '\\' && p->at[1] && strchr("\"\\| ", p->at[1])) {
			buf_addc(out, p->at[1]);
			p->at += 2;
		} else if (bytes == 3) {
			buf_addc(out, c);
			p->at += bytes;
		} else {
			buf_addc(out, *p->at++);
		}
	}
}

/* The operator at `at`, and behind it. 0 if there is none. `:` is what fits the field. */
static char take_operator(struct parser *p)
{
	static const struct {
		char first, second, op;
	} operators[] = {{'!', '=', '!'}, {'<', '=', 'l'}, {'>', '=', 'g'}, {'=', 0, '='},
	                 {'<', 0, '<'},   {'>', 0, '>'},   {'~', 0, '~'},   {':', 0, ':'}};
	size_t bytes;
	size_t more;
	char c = ascii_at(p->at, &bytes);
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (c != operators[i].first)
			continue;
		char next = ascii_at(p->at + bytes, &more);
		if (operators[i].second && next != operators[i].second)
			continue;
		p->at += bytes + (operators[i].second ? more : 0);
		return operators[i].op;
	}
	return 0;
}

/* Fields */

static const struct field *find_field(const struct kind *kind, const char *name)
{
	if (strcmp(name, "tag") == 0)
		name = "tags";
	const struct field *field = kind_field(kind, name);
	for (size_t i = 0; !field && i < sizeof record_fields / sizeof *record_fields; i++)
		if (strcmp(record_fields[i].name, name) == 0 || strcmp(record_fields[i].ja, name) == 0)
			field = &record_fields[i];
	return field ? field : kind_field_called(kind, name);
}

static int fail_field(struct parser *p, const char *name)
{
	static const char of_every_kind[] = "label, kind, author, modified, disputed, text, seen, tag";
	struct buf near = BUF_INIT;
	if (!p->kind)
		err_set(p->err, ERR_INVALID, _("filter: '%s' is no field of any kind. Every kind has: %s"), name,
		        of_every_kind);
	else if (nearest_fields(p->kind, name, &near))
		err_set(p->err, ERR_INVALID,
		        _("filter: '%s' is no field of %s; nearest: %s. Every kind has: %s; `genba help %s` lists the "
		          "others"),
		        name, p->kind->name, near.data, of_every_kind, p->kind->name);
	else
		err_set(p->err, ERR_INVALID,
		        _("filter: '%s' is no field of %s. Every kind has: %s; `genba help %s` lists the others"), name,
		        p->kind->name, of_every_kind, p->kind->name);
	buf_release(&near);
	return -1;
}

/* Fills the term's targets. 0, or -1 if no kind of the filter has such a field. */
static int find_targets(struct parser *p, struct filter_term *term, const char *name)
{
	int has_any = 0;
	term->targets = xcalloc(p->filter->kind_count, sizeof *term->targets);
	for (size_t i = 0; i < p->filter->kind_count; i++) {
		term->targets[i].field = find_field(p->filter->kinds[i], name);
		has_any |= term->targets[i].field != NULL;
	}
	return has_any ? 0 : -1;
}

/* Operators and values against the field's type */

static int fail_operator(const struct field *field, const char *allowed, struct err *err)
{
	return err_set(err, ERR_INVALID, _("filter: '%s' (%s) can be compared by %s only"), field->name,
	               field_type_name(field->type), allowed);
}

static int check_operator(const struct field *field, enum filter_op op, struct err *err)
{
	int is_order = op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL;
	if (field->type == FIELD_SECRET && op != OP_IS_SET)
		return fail_operator(field, _("':' alone (is it set?), since its value is masked,"), err);
	if (is_order && (filter_is_choice(field->type) || field->type == FIELD_REF || field->type == FIELD_REFS ||
	                 field->type == FIELD_TAGS))
		return fail_operator(field, "= != ~ :", err);
	return 0;
}

static int fail_choice(const struct field *field, const char *text, struct err *err)
{
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < field->value_count; i++) {
		const struct field_value *value = &field->values[i];
		buf_addf(&list, "%s%s", i ? ", " : "", value->name);
		if (strcmp(i18n_language(), "ja") == 0)
			buf_addf(&list, " %s", value->ja);
	}
	err_set(err, ERR_INVALID, _("filter: '%s' is no value of %s. Allowed: %s"), text, field->name, list.data);
	buf_release(&list);
	return -1;
}

/* The values that a person means; for `~` those whose name or label contains the text. */
static uint64_t find_choices(const struct field *field, enum filter_op op, const char *text)
{
	uint64_t choices = 0;
	const struct field_value *found = field_value_find(field, text);
	if (op != OP_CONTAINS)
		return found ? UINT64_C(1) << (found - field->values) : 0;
	char *wanted = text_fold_for_find_dup(text);
	for (size_t i = 0; i < field->value_count; i++) {
		char *names = xasprintf("%s\n%s\n%s", field->values[i].name, field->values[i].en, field->values[i].ja);
		char *folded = text_fold_for_find_dup(names);
		if (strstr(folded, wanted))
			choices |= UINT64_C(1) << i;
		free(folded);
		free(names);
	}
	free(wanted);
	return choices;
}

/* Reads `text` as the field's type, for fields without a list of values. */
static int read_value(const struct field *field, const char *text, struct filter_value *value, struct err *err)
{
	switch (field->type) {
	case FIELD_INT:
	case FIELD_SIZE:
		if (filter_number(text, field->type == FIELD_SIZE, &value->number) < 0)
			return err_set(err, ERR_INVALID, _("filter: '%s' is no number, as %s needs"), text,
			               field->name);
		return 0;
	case FIELD_DURATION:
		if (filter_duration(text, &value->number) < 0)
			return err_set(err, ERR_INVALID, _("filter: '%s' is no duration, as %s needs: PT5M, P1DT2H"),
			               text, field->name);
		return 0;
	case FIELD_TIME:
		if (filter_time_typed(text, &value->time) < 0)
			return err_set(err, ERR_INVALID,
			               _("filter: '%s' is no time, as %s needs: 2014, 2014-12, 2014-12-05, "
			                 "2014-12-05T14:05, 2014-12-05T14:05:09+09:00, 2014-07/2014-08"),
			               text, field->name);
		return 0;
	default:
		return 0;
	}
}

/*
 * Interprets one value for the field of every kind. It must make sense for one
 * of them: `from>2014` is a time of a log, though a mail's `from` is none.
 */
static int resolve_value(struct parser *p, struct filter_term *term, const char *text, struct filter_value *value)
{
	struct err why = ERR_INIT;
	int fits = 0;
	for (size_t i = 0; i < p->filter->kind_count; i++) {
		struct filter_target *target = &term->targets[i];
		if (!target->field)
			continue;
		if (filter_is_choice(target->field->type)) {
			uint64_t choices = find_choices(target->field, term->op, text);
			target->choices |= choices;
			if (choices)
				fits = 1;
			else
				fail_choice(target->field, text, &why);
		} else if (value->is_unknown || term->op == OP_CONTAINS ||
		           read_value(target->field, text, value, &why) == 0) {
			fits = 1;
		} else {
			target->field = NULL;
		}
	}
	return fits ? 0 : err_take(p->err, &why);
}

/* A kind may be named as people call it. */
static const char *find_kind_name(struct parser *p, const char *text)
{
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		if (strcasecmp(kind->name, text) == 0 || strcasecmp(kind->en, text) == 0 ||
		    strcmp(kind->ja, text) == 0) {
			buf_release(&list);
			return kind->name;
		}
		buf_addf(&list, "%s%s", i ? ", " : "", kind->name);
	}
	err_set(p->err, ERR_INVALID, _("filter: '%s' is no kind. Kinds: %s"), text, list.data);
	buf_release(&list);
	return NULL;
}

static int add_value(struct parser *p, struct filter_term *term, const char *text)
{
	static const struct field any_time = {.name = "seen", .type = FIELD_TIME};
	term->values = xrealloc(term->values, (term->value_count + 1) * sizeof *term->values);
	struct filter_value *value = &term->values[term->value_count++];
	*value = (struct filter_value){0};
	if (term->scope == SCOPE_FIELD && term->targets[0].field == &record_fields[2] && term->op == OP_EQUAL)
		text = find_kind_name(p, text);
	if (!text)
		return -1;
	struct buf folded = BUF_INIT;
	text_fold(&folded, text, strlen(text));
	value->is_unknown = strcmp(folded.data, "unknown") == 0 || strcmp(folded.data, "不明") == 0;
	if (filter_is_loose(term)) {
		struct buf loose = BUF_INIT;
		text_fold_for_find(&loose, text, strlen(text));
		if (loose.len) { /* else it is only a long mark, which nothing holds any more */
			buf_release(&folded);
			folded = loose;
		}
	}
	value->folded_len = folded.len;
	value->folded = folded.cap ? buf_take(&folded, NULL) : xstrdup("");
	if (term->scope == SCOPE_ALL_TEXT)
		return 0;
	if (term->scope == SCOPE_ALL_TIMES)
		return value->is_unknown || term->op == OP_CONTAINS ? 0 : read_value(&any_time, text, value, p->err);
	return resolve_value(p, term, text, value);
}

/* A|B|C behind the operator. */
static int take_values(struct parser *p, struct filter_term *term)
{
	struct buf text = BUF_INIT;
	int rc;
	size_t bytes;
	for (;;) {
		buf_clear(&text);
		take_value(p, &text, " |");
		rc = add_value(p, term, text.data);
		if (rc < 0 || ascii_at(p->at, &bytes) != '|')
			break;
		p->at += bytes;
	}
	buf_release(&text);
	return rc;
}

/* `:` is what fits the field: contains for text, else equal. */
static enum filter_op operator_for_colon(struct parser *p, const struct filter_term *term)
{
	for (size_t i = 0; term->scope == SCOPE_FIELD && i < p->filter->kind_count; i++) {
		const struct field *field = term->targets[i].field;
		if (field)
			return filter_is_text(field->type) && field->type != FIELD_TAGS ? OP_CONTAINS : OP_EQUAL;
	}
	return OP_EQUAL;
}

static enum filter_op operator_for(struct parser *p, const struct filter_term *term, char sign)
{
	size_t bytes;
	char next = ascii_at(p->at, &bytes);
	if (sign == ':' && (next == ' ' || next == '\0'))
		return OP_IS_SET;
	if (term->scope == SCOPE_ALL_TEXT)
		return OP_CONTAINS;
	switch (sign) {
	case '<':
		return OP_LESS;
	case 'l':
		return OP_LESS_EQUAL;
	case '>':
		return OP_GREATER;
	case 'g':
		return OP_GREATER_EQUAL;
	case '~':
		return OP_CONTAINS;
	case ':':
		return operator_for_colon(p, term);
	default:
		return OP_EQUAL;
	}
}

/* The operator must make sense for the field of one kind. */
static int check_operators(struct parser *p, struct filter_term *term)
{
	struct err why = ERR_INIT;
	int fits = term->scope != SCOPE_FIELD;
	for (size_t i = 0; term->scope == SCOPE_FIELD && i < p->filter->kind_count; i++) {
		struct filter_target *target = &term->targets[i];
		if (target->field && check_operator(target->field, term->op, &why) < 0)
			target->field = NULL;
		fits |= target->field != NULL;
	}
	return fits ? 0 : err_take(p->err, &why);
}

/* FIELD op VALUES. */
static int take_comparison(struct parser *p, struct filter_term *term, const char *name, char sign)
{
	if (find_targets(p, term, name) < 0) {
		term->scope = strcmp(name, "seen") == 0 ? SCOPE_ALL_TIMES : SCOPE_ALL_TEXT;
		if (term->scope == SCOPE_ALL_TEXT && strcmp(name, "text") != 0)
			return fail_field(p, name);
	}
	term->op = operator_for(p, term, sign);
	if (sign == '!')
		term->is_negated = !term->is_negated;
	if (check_operators(p, term) < 0)
		return -1;
	return term->op == OP_IS_SET ? 0 : take_values(p, term);
}

/* A colon that belongs to the word itself: http://…, C:\…, 14:05, 2001:db8::1. */
static int is_word_with_colon(struct parser *p, const char *name, const char *behind)
{
	for (size_t i = 0; i < p->filter->kind_count; i++)
		if (find_field(p->filter->kinds[i], name))
			return 0;
	return *behind == '/' || *behind == '\\' || strspn(name, "0123456789abcdefABCDEF") == strlen(name);
}

static int take_term(struct parser *p, struct filter_term *term)
{
	struct buf name = BUF_INIT;
	size_t bytes;
	int rc;
	if (ascii_at(p->at, &bytes) == '-' && p->at[bytes] != '\0' && p->at[bytes] != ' ') {
		term->is_negated = 1;
		p->at += bytes;
	}
	const char *begin = p->at;
	char c;
	while ((c = ascii_at(p->at, &bytes)) != '\0' && c != ' ' && !is_sign(c)) {
		buf_addc(&name, bytes == 3 ? c : *p->at);
		p->at += bytes;
	}
	char sign = name.len ? take_operator(p) : '\0';
	if (sign && !(sign == ':' && is_word_with_colon(p, name.data, p->at))) {
		rc = take_comparison(p, term, name.data, sign);
	} else {
		p->at = begin;
		term->scope = SCOPE_ALL_TEXT;
		term->op = OP_CONTAINS;
		rc = take_values(p, term);
	}
	buf_release(&name);
	return rc;
}

static const struct field **list_text_fields(const struct kind *kind)
{
	const struct field **list = xcalloc(kind_field_count(kind) + 1, sizeof *list);
	for (size_t i = 0, n = 0; i < kind_field_count(kind); i++)
		if (filter_is_text(kind_field_at(kind, i)->type))
			list[n++] = kind_field_at(kind, i);
	return list;
}

static void list_kinds(struct filter *filter, const struct kind *kind)
{
	filter->kind_count = kind ? 1 : kind_count();
	filter->kinds = xcalloc(filter->kind_count, sizeof *filter->kinds);
	filter->text_fields = xcalloc(filter->kind_count, sizeof *filter->text_fields);
	for (size_t i = 0; i < filter->kind_count; i++) {
		filter->kinds[i] = kind ? kind : kind_at(i);
		filter->text_fields[i] = list_text_fields(filter->kinds[i]);
	}
}

struct filter *filter_parse(const struct kind *kind, const char *text, struct err *err)
{
	if (strlen(text) > FILTER_LIMIT) {
		err_set(err, ERR_INVALID, _("filter: longer than %d bytes"), FILTER_LIMIT);
		return NULL;
	}
	struct filter *filter = xcalloc(1, sizeof *filter);
	struct parser p = {.kind = kind, .filter = filter, .at = text, .err = err};
	list_kinds(filter, kind);
	for (skip_spaces(&p); *p.at; skip_spaces(&p)) {
		filter->terms = xrealloc(filter->terms, (filter->term_count + 1) * sizeof *filter->terms);
		struct filter_term *term = &filter->terms[filter->term_count++];
		*term = (struct filter_term){0};
		const char *begin = p.at;
		if (take_term(&p, term) < 0) {
			filter_free(filter);
			return NULL;
		}
		term->text = xstrndup(begin, (size_t)(p.at - begin));
	}
	return filter;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->term_count; i++) {
		struct filter_term *term = &filter->terms[i];
		for (size_t v = 0; v < term->value_count; v++)
			free(term->values[v].folded);
		free(term->values);
		free(term->targets);
		free(term->text);
	}
	for (size_t i = 0; i < filter->kind_count; i++)
		free(filter->text_fields[i]);
	free(filter->text_fields);
	free(filter->terms);
	free(filter->kinds);
	free(filter);
}

void filter_resolve_with(struct filter *filter, edtf_resolver resolver, void *ctx)
{
	filter->resolver = (struct filter_resolver){resolver, ctx};
}

size_t filter_term_count(const struct filter *filter)
{
	return filter->term_count;
}

int filter_is_empty(const struct filter *filter)
{
	return filter->term_count == 0;
}
