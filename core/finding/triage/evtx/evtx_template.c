/*
 * From binary XML to a list of fields. Tokens: [MS-EVEN6] 2.2.12; in a file, names are offsets into the chunk, and an element
 * that stands in no template has no dependency id.
 */
#include "base/bytes.h"
#include "base/err.h"
#include "finding/triage/evtx/evtx_private.h"

#include <stdlib.h>
#include <string.h>

enum token {
	T_END = 0x00,
	T_OPEN = 0x01,
	T_CLOSE_START = 0x02,
	T_CLOSE_EMPTY = 0x03,
	T_CLOSE = 0x04,
	T_VALUE = 0x05,
	T_ATTRIBUTE = 0x06,
	T_CDATA = 0x07,
	T_CHARACTER = 0x08,
	T_ENTITY = 0x09,
	T_PI_TARGET = 0x0A,
	T_PI_DATA = 0x0B,
	T_INSTANCE = 0x0C,
	T_NORMAL = 0x0D,
	T_OPTIONAL = 0x0E,
	T_FRAGMENT = 0x0F,
	T_MORE = 0x40, /* a flag: attributes follow */
};

#define NAME_LIMIT 200U   /* characters of a name */
#define TEXT_LIMIT 262144 /* bytes of a template's text: it is told once and stands once */
#define PENDING    64U    /* parts of one value */
#define OPS        2000U  /* fields of a template */

struct evtx_compiler {
	struct evtx_template *t;
	const unsigned char *chunk;
	size_t size;
	size_t at;
	size_t end;
	int bare;
	struct buf path; /* names of the open elements, each ended by '/' */
	size_t starts[EVTX_DEEP + 1];
	size_t depth;
	struct buf attribute; /* its name while one is read */
	int in_attribute;
	struct evtx_part pending[PENDING];
	size_t pending_count;
	struct evtx_part name[PENDING]; /* of EventData's Data */
	size_t name_count;
	size_t same_size; /* names that came again, such as Data: the length of the last, and its number */
	unsigned same;
};

/* ---- names */

static int name_is_at(const struct evtx_compiler *k, size_t at)
{
	return at + 10 <= k->size && bytes_le16(k->chunk + at + 6) <= NAME_LIMIT &&
	       at + 10 + 2 * (size_t)bytes_le16(k->chunk + at + 6) <= k->size;
}

/* What a field's name may not hold is '_'. */
static void add_name_text(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		int well = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		           c == '-' || c == '.';
		buf_addc(out, well ? c : '_');
	}
}

/* Reads the offset of a name, and steps over the name if it stands here. */
static int take_name(struct evtx_compiler *k, struct buf *out)
{
	if (k->end - k->at < 4)
		return -1;
	size_t at = bytes_le32(k->chunk + k->at);
	k->at += 4;
	if (!name_is_at(k, at))
		return -1;
	size_t n = bytes_le16(k->chunk + at + 6);
	if (at == k->at) {
		if (k->end - k->at < 10 + 2 * n)
			return -1;
		k->at += 10 + 2 * n;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned c = bytes_le16(k->chunk + at + 8 + 2 * i);
		char one = (char)(c < 0x80 ? c : '_');
		add_name_text(out, &one, 1);
	}
	return 0;
}

/* ---- what is known of the system's part */

static const struct {
	const char *path;
	const char *name;
} system_names[] = {
    {"Provider.Name", "provider"},
    {"Provider.Guid", "provider_guid"},
    {"Provider.EventSourceName", "provider_source"},
    {"EventID", "event_id"},
    {"EventID.Qualifiers", "qualifiers"},
    {"Version", "version"},
    {"Level", "level"},
    {"Task", "task"},
    {"Opcode", "opcode"},
    {"Keywords", "keywords"},
    {"TimeCreated.SystemTime", ""},
    {"EventRecordID", "event_record_id"},
    {"Correlation.ActivityID", "activity_id"},
    {"Correlation.RelatedActivityID", "related_activity_id"},
    {"Execution.ProcessID", "process_id"},
    {"Execution.ThreadID", "thread_id"},
    {"Channel", "channel"},
    {"Computer", "computer"},
    {"Security.UserID", "user"},
};

static int begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* Whether the open element is EventData's Data, whose name is an attribute. */
static int is_data(const struct evtx_compiler *k)
{
	return strcmp(k->path.data, "Event/EventData/Data/") == 0;
}

static int has_name(const struct evtx_template *t, const char *name, size_t n)
{
	for (size_t i = 0; i < t->op_count; i++) {
		const char *text = t->text.data + t->ops[i].text;
		if ((t->ops[i].kind == EVTX_OP_TEXT || t->ops[i].kind == EVTX_OP_FIELD) && t->ops[i].size > n &&
		    memcmp(text, name, n) == 0 && text[n] == '=')
			return 1;
	}
	return 0;
}

/* Appends "name=" of the open element or its attribute to the template's text. 0: it is TimeCreated. */
static int add_field_name(struct evtx_compiler *k, struct evtx_template *t)
{
	struct buf name = BUF_INIT;
	const char *path = k->path.data;
	if (begins(path, "Event/"))
		path += 6;
	int is_system = begins(path, "System/");
	if (is_system)
		path += 7;
	if (is_data(k)) {
		buf_adds(&name, "data.");
		for (size_t i = 0; i < k->name_count; i++)
			add_name_text(&name, t->text.data + k->name[i].at, k->name[i].size);
		if (name.len == 5)
			buf_adds(&name, "Data");
	} else {
		if (begins(path, "EventData/") || begins(path, "UserData/")) {
			buf_adds(&name, "data.");
			path = strchr(path, '/') + 1;
		}
		for (; *path; path++)
			buf_addc(&name, *path == '/' ? '.' : *path);
		if (name.len && name.data[name.len - 1] == '.')
			buf_truncate(&name, name.len - 1);
	}
	if (k->in_attribute)
		buf_addf(&name, "%s%s", name.len ? "." : "", k->attribute.data);
	if (is_system)
		for (size_t i = 0; i < sizeof system_names / sizeof *system_names; i++)
			if (strcmp(system_names[i].path, name.data) == 0) {
				buf_clear(&name);
				buf_adds(&name, system_names[i].name);
				if (name.len == 0) {
					buf_release(&name);
					return 0;
				}
				is_system = 0;
				break;
			}
	if (name.len == 0) /* text that stands in no element, or in one without a name */
		buf_addc(&name, '_');
	if (name.len > NAME_LIMIT)
		buf_truncate(&name, NAME_LIMIT);
	size_t plain = name.len;
	for (unsigned tries = 0; has_name(t, name.data, name.len) && tries < 3; tries++) {
		buf_truncate(&name, plain);
		buf_addf(&name, "_%u", plain == k->same_size ? ++k->same : (k->same = 2));
		k->same_size = plain;
	}
	buf_add(&t->text, is_system ? "System." : "", is_system ? 7 : 0);
	buf_add(&t->text, name.data, name.len);
	buf_addc(&t->text, '=');
	buf_release(&name);
	return 1;
}

/* ---- emitting */

static struct evtx_op *add_op(struct evtx_template *t, enum evtx_op_kind kind)
{
	if (t->op_count == t->op_cap) {
		t->op_cap = t->op_cap ? 2 * t->op_cap : 32;
		t->ops = xrealloc(t->ops, t->op_cap * sizeof *t->ops);
	}
	struct evtx_op *op = &t->ops[t->op_count++];
	*op =
	    (struct evtx_op){.kind = kind, .text = (uint32_t)t->text.len, .part = (uint32_t)t->part_count, .parts = 0};
	return op;
}

static void add_parts(struct evtx_template *t, const struct evtx_part *parts, size_t n)
{
	if (t->part_cap - t->part_count < n) {
		t->part_cap = 2 * t->part_cap + n + 32;
		t->parts = xrealloc(t->parts, t->part_cap * sizeof *t->parts);
	}
	if (n)
		memcpy(t->parts + t->part_count, parts, n * sizeof *parts);
	t->part_count += n;
}

static int is_blank(const struct evtx_compiler *k)
{
	for (size_t i = 0; i < k->pending_count; i++) {
		const struct evtx_part *p = &k->pending[i];
		if (p->size == EVTX_SUBSTITUTE)
			return 0;
		for (uint32_t j = 0; j < p->size; j++)
			if (!strchr(" \t\r\n", k->t->text.data[p->at + j]))
				return 0;
	}
	return 1;
}

static int has_values(const struct evtx_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (parts[i].size == EVTX_SUBSTITUTE)
			return 1;
	return 0;
}

/* What was read of a value becomes a field. */
static void emit(struct evtx_compiler *k)
{
	struct evtx_template *t = k->t;
	size_t n = k->pending_count;
	if (!is_blank(k)) {
		int named = !k->in_attribute && is_data(k) && has_values(k->name, k->name_count);
		struct evtx_op *op = add_op(t, named ? EVTX_OP_NAMED : EVTX_OP_FIELD);
		if (named) {
			buf_adds(&t->text, "data.");
			op->name_parts = (uint32_t)k->name_count;
			add_parts(t, k->name, k->name_count);
		} else if (!add_field_name(k, t)) {
			op->kind = EVTX_OP_CREATED;
		}
		if (op->kind == EVTX_OP_FIELD && !has_values(k->pending, n)) {
			op->kind = EVTX_OP_TEXT;
			for (size_t i = 0; i < n; i++) {
				char *copy = xstrndup(t->text.data + k->pending[i].at, k->pending[i].size);
				buf_add(&t->text, copy, k->pending[i].size);
				free(copy);
			}
			buf_addc(&t->text, '\0');
		} else {
			add_parts(t, k->pending, n);
			op->parts = (uint32_t)(n + op->name_parts);
		}
		op->size = (uint32_t)(t->text.len - op->text);
	}
	k->pending_count = 0;
}

static void end_attribute(struct evtx_compiler *k)
{
	if (!k->in_attribute)
		return;
	if (is_data(k) && strcmp(k->attribute.data, "Name") == 0) {
		memcpy(k->name, k->pending, k->pending_count * sizeof *k->name);
		k->name_count = k->pending_count;
		k->pending_count = 0;
	} else if (begins(k->attribute.data, "xmlns")) {
		k->pending_count = 0;
	} else {
		emit(k);
	}
	k->in_attribute = 0;
}

/* ---- tokens */

static int add_pending(struct evtx_compiler *k, uint32_t at, uint32_t size)
{
	if (k->pending_count == PENDING)
		return -1;
	k->pending[k->pending_count++] = (struct evtx_part){at, size};
	return 0;
}

static int add_text(struct evtx_compiler *k, const unsigned char *p, size_t units)
{
	uint32_t at = (uint32_t)k->t->text.len;
	if (k->t->text.len > TEXT_LIMIT)
		return -1;
	evtx_utf16(&k->t->text, p, units);
	return add_pending(k, at, (uint32_t)(k->t->text.len - at));
}

/* Counted UTF-16. */
static int take_text(struct evtx_compiler *k)
{
	if (k->end - k->at < 2)
		return -1;
	size_t n = bytes_le16(k->chunk + k->at);
	k->at += 2;
	if ((k->end - k->at) / 2 < n)
		return -1;
	const unsigned char *p = k->chunk + k->at;
	k->at += 2 * n;
	return add_text(k, p, n);
}

static int open_element(struct evtx_compiler *k, unsigned token)
{
	const unsigned char *p = k->chunk + k->at;
	size_t left = k->end - k->at;
	emit(k); /* text before the first child */
	int has_id = 1;
	if (k->bare && left >= 8) {
		size_t name = bytes_le32(p + 4);
		has_id = !(bytes_le32(p) <= left && name_is_at(k, name));
	}
	k->at += has_id ? 6 : 4;
	if (left < (has_id ? 10U : 8U) || k->depth == EVTX_DEEP)
		return -1;
	k->starts[k->depth++] = k->path.len;
	if (take_name(k, &k->path) < 0)
		return -1;
	buf_addc(&k->path, '/');
	k->name_count = 0;
	if (token & T_MORE) {
		if (k->end - k->at < 4)
			return -1;
		k->at += 4;
	}
	return 0;
}

static int close_element(struct evtx_compiler *k)
{
	if (k->depth == 0)
		return -1;
	emit(k);
	buf_truncate(&k->path, k->starts[--k->depth]);
	k->name_count = 0;
	return 0;
}

static int substitute(struct evtx_compiler *k)
{
	if (k->end - k->at < 3)
		return -1;
	unsigned number = bytes_le16(k->chunk + k->at);
	unsigned type = k->chunk[k->at + 2];
	k->at += 3;
	if (type != EVTX_BINXML || k->in_attribute)
		return add_pending(k, number, EVTX_SUBSTITUTE);
	emit(k);
	struct evtx_op *op = add_op(k->t, EVTX_OP_NESTED);
	buf_add(&k->t->text, k->path.data, k->path.len + 1);
	op->size = (uint32_t)(k->t->text.len - op->text);
	add_parts(k->t, &(struct evtx_part){number, EVTX_SUBSTITUTE}, 1);
	op->parts = 1;
	return 0;
}

static int character(struct evtx_compiler *k)
{
	if (k->end - k->at < 2)
		return -1;
	k->at += 2;
	return add_text(k, k->chunk + k->at - 2, 1);
}

static int entity(struct evtx_compiler *k)
{
	static const char *const names[][2] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
	struct buf name = BUF_INIT;
	uint32_t at = (uint32_t)k->t->text.len;
	int rc = take_name(k, &name);
	for (size_t i = 0; rc == 0 && i < 5; i++)
		if (strcmp(names[i][0], name.data) == 0)
			buf_adds(&k->t->text, names[i][1]);
	buf_release(&name);
	return rc < 0 ? -1 : add_pending(k, at, (uint32_t)(k->t->text.len - at));
}

static int attribute(struct evtx_compiler *k)
{
	end_attribute(k);
	buf_clear(&k->attribute);
	if (take_name(k, &k->attribute) < 0)
		return -1;
	k->in_attribute = 1;
	return 0;
}

static int value(struct evtx_compiler *k)
{
	if (k->end - k->at < 1 || k->chunk[k->at++] != EVTX_STRING)
		return -1;
	return take_text(k);
}

/* 1: go on; 0: the end. */
static int one_token(struct evtx_compiler *k)
{
	unsigned token = k->chunk[k->at++];
	size_t kept;
	int rc = 0;
	switch (token & ~(unsigned)T_MORE) {
	case T_END:
		return 0;
	case T_OPEN:
		rc = open_element(k, token);
		break;
	case T_CLOSE_START:
		end_attribute(k);
		break;
	case T_CLOSE_EMPTY:
		end_attribute(k);
		rc = close_element(k);
		break;
	case T_CLOSE:
		rc = close_element(k);
		break;
	case T_VALUE:
		rc = value(k);
		break;
	case T_ATTRIBUTE:
		rc = attribute(k);
		break;
	case T_CDATA:
		rc = take_text(k);
		break;
	case T_CHARACTER:
		rc = character(k);
		break;
	case T_ENTITY:
		rc = entity(k);
		break;
	case T_PI_TARGET:
		kept = k->attribute.len;
		rc = take_name(k, &k->attribute);
		buf_truncate(&k->attribute, kept);
		break;
	case T_PI_DATA: /* an instruction is no field */
		kept = k->pending_count;
		rc = take_text(k);
		k->pending_count = kept < k->pending_count ? kept : k->pending_count;
		break;
	case T_NORMAL:
	case T_OPTIONAL:
		rc = substitute(k);
		break;
	case T_FRAGMENT:
		if (k->end - k->at < 3)
			return -1;
		k->at += 3;
		break;
	default: /* a template in a template, or no token */
		k->at--;
		return -1;
	}
	return rc < 0 ? -1 : 1;
}

int evtx_compile(struct evtx_template *t, const unsigned char *chunk, size_t size, size_t at, size_t end,
                 const char *path, int bare)
{
	struct evtx_compiler k = {.t = t, .chunk = chunk, .size = size, .at = at, .end = end, .bare = bare};
	int rc = 1;
	buf_init(&k.path);
	buf_init(&k.attribute);
	buf_adds(&k.path, path);
	while (rc > 0 && k.at < k.end)
		rc = t->op_count < OPS ? one_token(&k) : -1;
	if (rc < 0)
		k.pending_count = 0;
	t->end = k.at;
	buf_release(&k.path);
	buf_release(&k.attribute);
	return rc < 0 ? -1 : 0;
}

void evtx_template_release(struct evtx_template *t)
{
	free(t->path);
	free(t->ops);
	free(t->parts);
	buf_release(&t->text);
}
