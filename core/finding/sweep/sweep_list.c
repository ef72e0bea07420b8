#include "finding/sweep/sweep_list.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/indicator_value.h"
#include "evidence/image/digest.h"
#include "finding/indicator/textscan.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the list */

static uint64_t hash_of(const char *type, const char *value)
{
	uint64_t h = 0xCBF29CE484222325U;
	for (; *type; type++)
		h = (h ^ (unsigned char)*type) * 0x100000001B3U;
	for (h *= 0x100000001B3U; *value; value++)
		h = (h ^ (unsigned char)*value) * 0x100000001B3U;
	return h ^ h >> 29;
}

/* Where the indicator stands in the index, or would. */
static size_t index_find(const struct sweep_list *list, const char *type, const char *value)
{
	size_t i = hash_of(type, value) & (list->index_size - 1);
	for (; list->index[i]; i = (i + 1) & (list->index_size - 1)) {
		const struct sweep_indicator *known = &list->all[list->index[i] - 1];
		if (strcmp(known->type, type) == 0 && strcmp(known->value, value) == 0)
			break;
	}
	return i;
}

static void index_grow(struct sweep_list *list)
{
	free(list->index);
	list->index_size = list->index_size ? list->index_size * 2 : 1024;
	list->index = xcalloc(list->index_size, sizeof *list->index);
	for (size_t i = 0; i < list->count; i++)
		list->index[index_find(list, list->all[i].type, list->all[i].value)] = (uint32_t)i + 1;
}

static void append(struct sweep_list *list, const char *type, const char *value, const char *label)
{
	if (list->count * 2 >= list->index_size)
		index_grow(list);
	size_t place = index_find(list, type, value);
	if (list->index[place]) {
		struct sweep_indicator *known = &list->all[list->index[place] - 1];
		if (!*known->label && *label) {
			free(known->label);
			known->label = xstrdup(label);
		}
		return;
	}
	if (list->count == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 256;
		list->all = xrealloc(list->all, list->cap * sizeof *list->all);
	}
	list->all[list->count++] =
	    (struct sweep_indicator){.value = xstrdup(value), .type = type, .label = xstrdup(label)};
	list->index[place] = (uint32_t)list->count;
}

int sweep_list_has(const struct sweep_list *list, const char *type, const char *value)
{
	return list->index_size && list->index[index_find(list, type, value)];
}

void sweep_list_release(struct sweep_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->all[i].value);
		free(list->all[i].label);
	}
	free(list->all);
	free(list->index);
	*list = (struct sweep_list){0};
}

/* ---- what cannot be swept for */

/* The types that are text of some evidence, as their names are stored. NULL: it is none of them. */
static const char *swept_type(const char *type)
{
	static const char *const types[] = {"ip",        "domain",     "url",         "email",  "subject",
	                                    "file_name", "file_path",  "sha256",      "sha512", "sha1",
	                                    "md5",       "registry",   "service",     "task",   "mutex",
	                                    "account",   "user_agent", "certificate", "other"};
	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return types[i];
	return NULL;
}

static int is_private(const char *value)
{
	static const struct {
		uint32_t net;
		uint32_t mask;
	} nets[] = {{0x0A000000, 0xFF000000}, {0xAC100000, 0xFFF00000}, {0xC0A80000, 0xFFFF0000},
	            {0x7F000000, 0xFF000000}, {0xA9FE0000, 0xFFFF0000}, {0, 0xFF000000},
	            {0xE0000000, 0xE0000000}};
	unsigned char six[16];
	struct in_addr four;
	char text[64];
	size_t n = strcspn(value, "/");
	if (n >= sizeof text)
		return 0;
	memcpy(text, value, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, &four) == 1) {
		for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
			if ((ntohl(four.s_addr) & nets[i].mask) == nets[i].net)
				return 1;
		return 0;
	}
	static const unsigned char own[16] = {[15] = 1};
	return inet_pton(AF_INET6, text, six) == 1 && (memcmp(six, own, 15) == 0 || (six[0] & 0xFE) == 0xFC ||
	                                               (six[0] == 0xFE && (six[1] & 0xC0) == 0x80) || six[0] == 0xFF);
}

/* "co.jp", "com": everything lies below it. */
static int is_bare_ending(const char *domain)
{
	static const char *const second[] = {"co", "com", "or", "org", "ne", "net", "ac",  "edu",
	                                     "go", "gov", "ad", "ed",  "gr", "lg",  "gob", "mil"};
	if (strncmp(domain, "*.", 2) == 0)
		domain += 2;
	const char *dot = strchr(domain, '.');
	if (!dot)
		return 1;
	if (strlen(dot + 1) != 2)
		return 0;
	for (size_t i = 0; i < sizeof second / sizeof *second; i++)
		if (strlen(second[i]) == (size_t)(dot - domain) &&
		    strncmp(second[i], domain, (size_t)(dot - domain)) == 0)
			return 1;
	return 0;
}

static const char *refusal(const struct sweep_list *list, const char *type, const char *value)
{
	size_t n = strlen(value);
	if (n < SWEEP_SHORTEST)
		return _("shorter than 4 bytes");
	if (n > SWEEP_LONGEST)
		return _("longer than 2,048 bytes");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)value[i] < ' ' || value[i] == 0x7F)
			return _("it holds a control character");
	if (strcmp(type, "domain") == 0 && is_bare_ending(value))
		return _("a bare ending: everything lies below it");
	if (strcmp(type, "ip") == 0 && !list->take_private && is_private(value))
		return _("an own or private address; --all takes it");
	if (strcmp(type, "ip") == 0 && strchr(value, '/') && strchr(value, ':'))
		return _("a network of IPv6: only networks of IPv4 are looked for");
	return NULL;
}

const char *sweep_list_add(struct sweep_list *list, const char *type, const char *value, const char *label)
{
	struct buf normal = BUF_INIT;
	const char *stored = swept_type(type);
	const char *why = NULL;
	if (!stored)
		return _("not of a type that text can be looked for");
	if (indicator_normalise(stored, value, &normal, NULL) < 0)
		why = _("no value of its type");
	else
		why = refusal(list, stored, normal.data);
	if (!why)
		append(list, stored, normal.data, label);
	buf_release(&normal);
	return why;
}

void sweep_list_mark_upload(struct sweep_list *list, const char *type, const char *value)
{
	const char *stored = swept_type(type);
	struct buf normal = BUF_INIT;
	if (stored && list->index_size && indicator_normalise(stored, value, &normal, NULL) == 0) {
		uint32_t number = list->index[index_find(list, stored, normal.data)];
		if (number)
			list->all[number - 1].is_upload = 1;
	}
	buf_release(&normal);
}

/* ---- lists of others */

static int is_file_name(const char *text)
{
	static const char *const endings[] = {
	    "exe", "dll",  "sys", "scr",  "bat",  "cmd", "ps1", "psm1", "vbs",  "vbe", "js",   "jse", "wsf",
	    "hta", "lnk",  "doc", "docx", "docm", "dot", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf",
	    "zip", "rar",  "7z",  "cab",  "iso",  "img", "msi", "jar",  "php",  "asp", "aspx", "jsp", "txt",
	    "log", "dat",  "tmp", "bin",  "cpl",  "ocx", "drv", "inf",  "ini",  "xml", "csv",  "eml", "msg",
	    "chm", "gz",   "tar", "elf",  "so",   "sh",  "py",  "conf", "db",   "dmp", "jpg",  "png", "gif",
	    "bmp", "html", "htm", "url",  "reg",  "job", "vhd", "vhdx", "one",  "lzh", "ace",  "arj", "xll"};
	const char *dot = strrchr(text, '.');
	if (!dot || dot == text || strpbrk(text, "/\\:*?\"<>|@"))
		return 0;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot + 1, endings[i]) == 0)
			return 1;
	return 0;
}

static int is_path(const char *p)
{
	int is_drive = isalpha((unsigned char)p[0]) && p[1] == ':' && (p[2] == '\\' || p[2] == '/');
	return is_drive || p[0] == '\\' || (p[0] == '%' && strchr(p, '\\')) || (p[0] == '/' && strchr(p + 1, '/'));
}

static int is_registry(const char *p)
{
	return strncasecmp(p, "\\REGISTRY\\", 10) == 0 || (strncasecmp(p, "HK", 2) == 0 && strchr(p, '\\'));
}

static const char *digest_type(const char *p)
{
	size_t n = strlen(p);
	if (strspn(p, "0123456789abcdefABCDEF") != n)
		return NULL;
	return n == 32 ? "md5" : n == 40 ? "sha1" : n == 64 ? "sha256" : n == 128 ? "sha512" : NULL;
}

/* The type that a whole line has by its form, or NULL. `meant` is what is meant, if it was defanged. */
static const char *form_of(const char *meant)
{
	static const char *const types[] = {"ip", "url", "email"};
	struct buf out = BUF_INIT;
	const char *type = digest_type(meant);
	for (size_t i = 0; !type && i < sizeof types / sizeof *types; i++)
		if (indicator_normalise(types[i], meant, &out, NULL) == 0)
			type = types[i];
	if (!type && is_registry(meant))
		type = "registry";
	if (!type && is_path(meant))
		type = "file_path";
	if (!type && is_file_name(meant))
		type = "file_name";
	if (!type && indicator_normalise("domain", meant, &out, NULL) == 0)
		type = "domain";
	buf_release(&out);
	return type;
}

const char *sweep_list_type(const char *text)
{
	struct buf meant = BUF_INIT;
	textscan_refang(text, strlen(text), &meant);
	const char *type = meant.len ? form_of(meant.data) : NULL;
	buf_release(&meant);
	return type;
}

struct line_hits {
	struct sweep_list *list;
	size_t taken;
	const char *why;
};

static int take_hit(void *ctx, const struct textscan_hit *hit)
{
	struct line_hits *l = ctx;
	if (hit->is_part)
		return 0;
	const char *why = sweep_list_add(l->list, textscan_indicator(hit->type), hit->value, "");
	if (why)
		l->why = why;
	else
		l->taken++;
	return 0;
}

/* NULL, or why nothing of the line was taken. */
static const char *take_line(struct sweep_list *list, char *line)
{
	struct buf meant = BUF_INIT;
	textscan_refang(line, strlen(line), &meant);
	const char *text = meant.data[0] == '.' ? meant.data + 1 : meant.data; /* ".evil.test" */
	const char *type = form_of(text);
	const char *why;
	if (type) {
		why = sweep_list_add(list, type, text, "");
	} else if (strlen(text) < SWEEP_SHORTEST) {
		why = _("shorter than 4 bytes");
	} else if (!strpbrk(text, ". \t")) {
		why = strspn(text, "abcdefghijklmnopqrstuvwxyz") == strlen(text) && text != meant.data
		          ? _("a bare ending: everything lies below it")
		          : _("no indicator");
	} else {
		struct line_hits hits = {.list = list};
		textscan(line, strlen(line), take_hit, &hits, NULL);
		why = hits.taken ? NULL : hits.why ? hits.why : _("no indicator");
	}
	buf_release(&meant);
	return why;
}

void sweep_list_read(struct sweep_list *list, const char *text, size_t n, sweep_skip_fn skip, void *ctx)
{
	uint64_t number = 0;
	size_t at = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	while (at < n) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t size = end ? (size_t)(end - text) - at : n - at;
		size_t next = at + size + 1;
		number++;
		while (size && isspace((unsigned char)text[at]))
			at++, size--;
		while (size && isspace((unsigned char)text[at + size - 1]))
			size--;
		if (size && text[at] != '#') {
			char *line = xstrndup(text + at, size > 4 * SWEEP_LONGEST ? 4 * SWEEP_LONGEST : size);
			const char *why = take_line(list, line);
			if (why && skip)
				skip(ctx, number, line, why);
			free(line);
		}
		at = next;
	}
}

/* ---- for the worker */

void sweep_list_write(const struct sweep_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		buf_addf(out, "%s %s\n", list->all[i].type, list->all[i].value);
}

const char *sweep_list_next(const char **at, const char *end, struct buf *value, struct err *err)
{
	const char *line_end = memchr(*at, '\n', (size_t)(end - *at));
	const char *space = line_end ? memchr(*at, ' ', (size_t)(line_end - *at)) : NULL;
	char name[24] = "";
	const char *type = NULL;
	if (space && (size_t)(space - *at) < sizeof name) {
		memcpy(name, *at, (size_t)(space - *at));
		type = swept_type(name);
	}
	if (!type) {
		err_set(err, ERR_INVALID, "list of indicators: %s", name);
		return NULL;
	}
	buf_clear(value);
	buf_add(value, space + 1, (size_t)(line_end - space) - 1);
	*at = line_end + 1;
	return type;
}

int sweep_list_parse(struct sweep_list *list, const char *text, size_t n, struct err *err)
{
	const char *end = text + n;
	struct buf value = BUF_INIT;
	const char *type = "";
	while (type && text < end)
		if ((type = sweep_list_next(&text, end, &value, err)))
			append(list, type, value.data, "");
	buf_release(&value);
	return type ? 0 : -1;
}

void sweep_list_digest(const struct sweep_list *list, char sha256[65])
{
	struct buf text = BUF_INIT;
	struct digest *d = digest_new(0);
	struct digest_result result;
	sweep_list_write(list, &text);
	digest_add(d, text.data, text.len);
	digest_end(d, &result);
	memcpy(sha256, result.sha256, 65);
	digest_result_release(&result);
	digest_free(d);
	buf_release(&text);
}
