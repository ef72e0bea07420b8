#include "case/store/value.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/identity/label.h"
#include "case/kind/nearest.h"
#include "case/store/case_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT (64U << 10)
#define LONG_LIMIT (16U << 20)

/* The bytes as UTF-8: what is not UTF-8 stays visible as \xNN, a NUL as \x00. */
static void to_utf8(const char *text, size_t n, struct buf *out)
{
	if (text_is_utf8(text, n)) {
		buf_add(out, text, n);
		return;
	}
	while (n > 0) {
		size_t good = 0;
		for (size_t length = 1; length <= 4 && length <= n && !good; length++)
			if (text_is_utf8(text, length))
				good = length;
		if (good) {
			buf_add(out, text, good);
		} else {
			buf_addf(out, "\\x%02x", (unsigned char)*text);
			good = 1;
		}
		text += good;
		n -= good;
	}
}

static char *utf8_dup(const char *text)
{
	struct buf b = BUF_INIT;
	to_utf8(text, strlen(text), &b);
	return buf_take(&b, NULL);
}

static void list_values(const struct field *field, struct buf *out)
{
	for (size_t i = 0; i < field->value_count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", field->values[i].name);
}

static int not_allowed(const char *text, const char *allowed, struct err *err)
{
	return err_set(err, ERR_USAGE, _("'%s' is not allowed; allowed: %s"), text, allowed);
}

static const char *enum_name(const struct field *field, const char *text, struct err *err)
{
	const struct field_value *value = field_value_find(field, text);
	if (value)
		return value->name;
	struct buf allowed = BUF_INIT;
	struct buf near = BUF_INIT;
	list_values(field, &allowed);
	if (nearest_values(field, text, &near))
		err_set(err, ERR_USAGE, _("'%s' is not allowed; nearest: %s. Allowed: %s"), text, near.data,
		        allowed.data);
	else
		not_allowed(text, allowed.data, err);
	buf_release(&near);
	buf_release(&allowed);
	return NULL;
}

static const char *tri_name(const char *text, struct err *err)
{
	static const char *const words[][2] = {
	    {"yes", "yes"},         {"y", "yes"},     {"true", "yes"},     {"はい", "yes"},
	    {"no", "no"},           {"n", "no"},      {"false", "no"},     {"いいえ", "no"},
	    {"unknown", "unknown"}, {"?", "unknown"}, {"不明", "unknown"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i][0]) == 0)
			return words[i][1];
	not_allowed(text, "yes, no, unknown", err);
	return NULL;
}

int value_size_parse(const char *text, json_int_t *bytes, struct err *err)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {
	    {"", 1},     {"B", 1},     {"k", 1e3},    {"kB", 1e3},      {"KB", 1e3},           {"MB", 1e6},
	    {"GB", 1e9}, {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0},
	    {"M", 1e6},  {"G", 1e9},   {"T", 1e12}};
	char *end;
	errno = 0;
	double number = strtod(text, &end);
	while (*end == ' ')
		end++;
	if (end != text && errno == 0 && number >= 0 && isdigit((unsigned char)*text))
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (strcmp(end, units[i].unit) == 0 && number * units[i].factor < 9e18) {
				*bytes = (json_int_t)(number * units[i].factor);
				return 0;
			}
	return err_set(err, ERR_USAGE, _("'%s' is not a size; write bytes, or 500MB, 1.5GiB, 2TB"), text);
}

void value_size_print(json_int_t bytes, struct buf *out)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double number = (double)bytes;
	size_t unit = 0;
	while (number >= 1024 && unit + 1 < sizeof units / sizeof *units) {
		number /= 1024;
		unit++;
	}
	if (unit == 0)
		buf_addf(out, "%lld B", (long long)bytes);
	else
		buf_addf(out, "%.1f %s", number, units[unit]);
}

static json_t *parse_int(const char *text, struct err *err)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (end == text || *end || errno) {
		err_set(err, ERR_USAGE, _("'%s' is not a whole number"), text);
		return NULL;
	}
	return json_integer(number);
}

/* Digits of a digest of that algorithm; any known length if no algorithm is named; 0: not known. */
static size_t digest_length(const char *algorithm, size_t n, size_t digits)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = {{"md5", 32},    {"sha1", 40},    {"sha-1", 40},   {"sha256", 64},  {"sha-256", 64},
	             {"sha384", 96}, {"sha-384", 96}, {"sha512", 128}, {"sha-512", 128}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (n ? strlen(known[i].name) == n && strncasecmp(known[i].name, algorithm, n) == 0
		      : known[i].digits == digits)
			return known[i].digits;
	return 0;
}

static json_t *parse_hash(const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	const char *hex = colon ? colon + 1 : text;
	size_t n = strlen(hex);
	size_t wanted = colon && colon == text ? 0 : digest_length(text, colon ? (size_t)(colon - text) : 0, n);
	if (wanted == 0 || wanted != n || strspn(hex, "0123456789abcdefABCDEF") != n) {
		err_set(err, ERR_USAGE,
		        _("'%s' is not a digest; allowed: hexadecimal MD5, SHA-1, SHA-256, SHA-384, SHA-512"), text);
		return NULL;
	}
	char *lower = xstrdup(text);
	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	json_t *value = json_string(lower);
	free(lower);
	return value;
}

/* The label of the event that is the case's base date, or NULL. Borrowed until the next look-up. */
static const char *base_date(struct case_file *c)
{
	json_t *the_case = c ? record_stored(c, "case", NULL) : NULL;
	const char *id = json_get_string(the_case, "base_date");
	const char *label = id ? record_label_of(c, id, NULL) : NULL;
	json_decref(the_case);
	return label;
}

char *value_settled(const struct field *field, const char *text, struct clock_time now)
{
	struct buf edtf = BUF_INIT;
	if (field->type != FIELD_TIME || edtf_from_people(text, now, &edtf, NULL) < 0) {
		buf_release(&edtf);
		return xstrdup(text);
	}
	return buf_take(&edtf, NULL);
}

static json_t *parse_time(const struct value_context *v, const char *text, struct err *err)
{
	struct buf edtf = BUF_INIT;
	json_t *value = NULL;
	struct clock_time now = clock_now();
	if (edtf_from_people(text, now, &edtf, NULL) == 0 ||
	    edtf_from_people_after(text, now, base_date(v->c), &edtf, err) == 0)
		value = json_string(edtf.data);
	buf_release(&edtf);
	return value;
}

static json_t *parse_duration(const char *text, struct err *err)
{
	struct duration duration;
	if (duration_parse(text, &duration, err) < 0) {
		return NULL;
	}
	struct buf b = BUF_INIT;
	duration_print(&duration, &b);
	json_t *value = json_string(b.data);
	buf_release(&b);
	return value;
}

static json_t *parse_text(const char *text, struct err *err)
{
	if (strlen(text) > TEXT_LIMIT) {
		err_set(err, ERR_USAGE,
		        _("%zu bytes are too long for one line of text (at most %u); put it into a note"), strlen(text),
		        TEXT_LIMIT);
		return NULL;
	}
	char *utf8 = utf8_dup(text);
	json_t *value = json_string(utf8);
	free(utf8);
	return value;
}

static json_t *parse_long(const struct value_context *v, const struct field *field, const char *text, struct err *err)
{
	size_t n = strlen(text);
	if (n > LONG_LIMIT) {
		err_set(err, ERR_USAGE, _("%zu bytes are too long (at most %u); preserve it as evidence"), n,
		        LONG_LIMIT);
		return NULL;
	}
	int secret = field->type == FIELD_SECRET;
	char *utf8 = secret ? xstrdup(text) : utf8_dup(text);
	struct buf stored = BUF_INIT;
	json_t *value = NULL;
	if (purgeable_text_put(v->c, utf8, strlen(utf8), secret, &stored, err) == 0)
		value = json_string(stored.data);
	free(utf8);
	buf_release(&stored);
	return value;
}

static json_t *parse_one_reference(const struct value_context *v, const struct field *field, const char *text,
                                   struct err *err)
{
	char id[37];
	if (v->reference(v->ctx, field, text, id, err) < 0)
		return NULL;
	return json_string(id);
}

/* The stored string of one member of a set, or NULL. */
static json_t *parse_member(const struct value_context *v, const struct field *field, const char *text, struct err *err)
{
	if (field->type == FIELD_REFS)
		return parse_one_reference(v, field, text, err);
	if (field->type == FIELD_ENUMS) {
		const char *name = enum_name(field, text, err);
		return name ? json_string(name) : NULL;
	}
	return parse_text(text, err);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Sorts and drops doubles: a set has one form. */
static json_t *set_sorted(json_t *set)
{
	size_t n = json_array_size(set);
	json_t **members = xcalloc(n, sizeof *members);
	for (size_t i = 0; i < n; i++)
		members[i] = json_array_get(set, i);
	qsort(members, n, sizeof *members, compare_strings);
	json_t *sorted = json_array();
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_strings(&members[i - 1], &members[i]) != 0)
			json_array_append(sorted, members[i]);
	free(members);
	json_decref(set);
	return sorted;
}

static void set_remove(json_t *set, const char *member)
{
	for (size_t i = json_array_size(set); i-- > 0;)
		if (strcmp(json_string_value(json_array_get(set, i)), member) == 0)
			json_array_remove(set, i);
}

static char *trimmed(const char *from, size_t n)
{
	while (n > 0 && *from == ' ') {
		from++;
		n--;
	}
	while (n > 0 && from[n - 1] == ' ')
		n--;
	return xstrndup(from, n);
}

void value_add_member(struct buf *list, const char *separator, const char *member)
{
	size_t n = strlen(member);
	if (list->len)
		buf_adds(list, separator);
	if (!strchr(member, ',') && *member != '"' && *member != ' ' && (n == 0 || member[n - 1] != ' ')) {
		buf_adds(list, member);
		return;
	}
	buf_addc(list, '"');
	for (; *member; member++)
		buf_addf(list, "%s%c", *member == '"' ? "\"" : "", *member);
	buf_addc(list, '"');
}

/* What stands in quotes, without them; *text moves behind it and its comma. NULL: it does not, or not to the comma. */
static char *quoted_member(const char **text)
{
	struct buf member = BUF_INIT;
	const char *p = *text + strspn(*text, " ");
	if (*p != '"')
		return NULL;
	for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
		p += *p == '"';
		buf_addc(&member, *p);
	}
	const char *behind = *p ? p + 1 + strspn(p + 1, " ") : p;
	if (!*p || (*behind && *behind != ',')) {
		buf_release(&member);
		return NULL;
	}
	*text = behind + (*behind == ',');
	return buf_take(&member, NULL);
}

#define TITLE_MOST \
	1024 /* bytes: nothing longer is looked for as a title, so that long sets of labels cost no more than short ones */

/* How much of the text is the title of a record of that field although it holds commas: the most; 0: none is. */
static size_t known_title(const struct value_context *v, const struct field *field, const char *text)
{
	char id[37];
	size_t best = 0;
	const struct kind *kind = field->type == FIELD_REFS ? kind_find(field->ref_kind) : NULL;
	char *first = trimmed(text, strcspn(text, ","));
	int is_label = label_is_meant(first); /* no title begins so */
	free(first);
	for (size_t n = strcspn(text, ","); kind && !is_label && text[n] && n < TITLE_MOST;
	     n += strcspn(text + n, ",")) {
		n++;
		size_t end = n + strcspn(text + n, ",");
		char *title = trimmed(text, end);
		if (record_find_by_title(v->c, kind, title, id) >= 1)
			best = end;
		free(title);
	}
	return best;
}

/* The next member, without what stands around it; *text moves on. The caller frees. */
static char *next_member(const struct value_context *v, const struct field *field, const char **text)
{
	char *member = quoted_member(text);
	if (member)
		return member;
	size_t n = known_title(v, field, *text);
	if (n == 0)
		n = strcspn(*text, ",");
	member = trimmed(*text, n);
	*text += n + ((*text)[n] == ',');
	return member;
}

static json_t *parse_set(const struct value_context *v, const struct field *field, const char *text, const json_t *now,
                         struct err *err)
{
	int changes = *text == '+' || *text == '-';
	json_t *set = changes && json_is_array(now) ? json_deep_copy(now) : json_array();
	while (*text) {
		char *member = next_member(v, field, &text);
		char sign = '+';
		char *word = member;
		if (changes && (*word == '+' || *word == '-'))
			sign = *word++;
		if (*word) {
			json_t *value = parse_member(v, field, word, err);
			if (!value) {
				free(member);
				json_decref(set);
				return NULL;
			}
			if (sign == '-')
				set_remove(set, json_string_value(value));
			else
				json_array_append(set, value);
			json_decref(value);
		}
		free(member);
	}
	set = set_sorted(set);
	if (json_array_size(set) == 0) {
		json_decref(set);
		return json_null();
	}
	return set;
}

static json_t *parse_value(const struct value_context *v, const struct field *field, const char *text,
                           const json_t *now, struct err *err)
{
	if (!*text)
		return json_null();
	const char *name;
	json_int_t bytes;
	switch (field->type) {
	case FIELD_ENUM:
		name = enum_name(field, text, err);
		return name ? json_string(name) : NULL;
	case FIELD_TRI:
		name = tri_name(text, err);
		return name ? json_string(name) : NULL;
	case FIELD_INT:
		return parse_int(text, err);
	case FIELD_SIZE:
		if (value_size_parse(text, &bytes, err) < 0) {
			return NULL;
		}
		return json_integer(bytes);
	case FIELD_DURATION:
		return parse_duration(text, err);
	case FIELD_TIME:
		return parse_time(v, text, err);
	case FIELD_HASH:
		return parse_hash(text, err);
	case FIELD_REF:
		return parse_one_reference(v, field, text, err);
	case FIELD_ENUMS:
	case FIELD_REFS:
	case FIELD_TAGS:
		return parse_set(v, field, text, now, err);
	case FIELD_LONG:
	case FIELD_SECRET:
		return parse_long(v, field, text, err);
	case FIELD_TEXT:
	case FIELD_ADDRESS:
	case FIELD_URL:
		break;
	}
	return parse_text(text, err);
}

json_t *value_parse(const struct value_context *v, const struct field *field, const char *text, const json_t *now,
                    struct err *err)
{
	json_t *value = parse_value(v, field, text, now, err);
	if (!value)
		err_field(err, field->name);
	return value;
}
