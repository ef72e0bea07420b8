/* Names of files that are not what they seem. */
#include "finding/mail/look/rules_private.h"

#include "base/buf.h"

#include <string.h>
#include <strings.h>

/* Calls `fn` for each name of a file, direct (entry NULL) or inside an archive. */
typedef void (*rule_name_fn)(struct look *l, struct look_file *file, const struct inside *entry, const char *name);

#define PROGRAMS  "exe scr com pif cpl dll bat cmd js jse vbs vbe wsf hta lnk ps1 jar msi"
#define DOCUMENTS "doc docx xls xlsx ppt pptx pdf rtf txt jpg jpeg png gif bmp csv jtd odt html htm mp3 zip lzh rar 7z"
#define LONGEST   120 /* bytes of a name that is still no device */

static void rule_each_name(struct look *l, rule_name_fn fn)
{
	for (size_t i = 0; i < l->file_count; i++) {
		struct look_file *f = &l->files[i];
		if (f->attachment && *f->name)
			fn(l, f, NULL, f->name);
		for (size_t k = 0; k < f->list.count; k++)
			fn(l, f, &f->list.all[k], f->list.all[k].name);
	}
}

static void double_extension(struct look *l, struct look_file *f, const struct inside *entry, const char *name)
{
	(void)entry;
	const char *last = strrchr(name, '.');
	if (!last || !file_format_extension_is(name, PROGRAMS))
		return;
	struct buf stem = BUF_INIT;
	size_t n = (size_t)(last - name);
	while (n && (name[n - 1] == ' ' || name[n - 1] == '_' || name[n - 1] == '.'))
		n--;
	while (n >= 3 && memcmp(name + n - 3, "\xE3\x80\x80", 3) == 0) /* ideographic spaces */
		n -= 3;
	buf_add(&stem, name, n);
	if (strchr(stem.data, '.') && file_format_extension_is(stem.data, DOCUMENTS)) {
		look_find(l, "name.double_extension", f->number, name);
		l->disguise |= DISGUISE_DOUBLE;
	}
	buf_release(&stem);
}

void rule_double_extension(struct look *l)
{
	rule_each_name(l, double_extension);
}

/* Controls of writing direction: U+202A…202E, U+2066…2069. */
static void rlo(struct look *l, struct look_file *f, const struct inside *entry, const char *name)
{
	(void)entry;
	for (const char *p = name; (p = strchr(p, '\xE2')) != NULL; p++)
		if ((p[1] == '\x80' && (unsigned char)p[2] >= 0xAA && (unsigned char)p[2] <= 0xAE) ||
		    (p[1] == '\x81' && (unsigned char)p[2] >= 0xA6 && (unsigned char)p[2] <= 0xA9)) {
			look_find(l, "name.rlo", f->number, name);
			l->disguise |= DISGUISE_RTLO;
			return;
		}
}

void rule_rlo(struct look *l)
{
	rule_each_name(l, rlo);
}

/* Blanks of any kind, five or more in a row, before the last extension: they push it out of sight. */
static void padded(struct look *l, struct look_file *f, const struct inside *entry, const char *name)
{
	(void)entry;
	size_t run = 0;
	for (const char *p = name; *p; p++) {
		if (*p == ' ' || *p == '_' || *p == '\t') {
			run++;
		} else if (strncmp(p, "\xE3\x80\x80", 3) == 0 || strncmp(p, "\xC2\xA0", 2) == 0) {
			p += *p == '\xE3' ? 2 : 1;
			run++;
		} else {
			run = 0;
		}
		if (run >= 5 && strchr(p, '.')) {
			look_find(l, "name.padded", f->number, name);
			l->disguise |= DISGUISE_LONG;
			return;
		}
	}
}

void rule_padded(struct look *l)
{
	rule_each_name(l, padded);
}

/* Kinds that are one thing to a reader: a program is a program, and Word opens its own formats under each other's names. */
static int family(enum file_format format)
{
	if (file_format_is_program(format))
		return FORMAT_EXE;
	if (file_format_archive(format) || format == FORMAT_JAR)
		return FORMAT_ZIP;
	if (format == FORMAT_OOXML || format == FORMAT_RTF || format == FORMAT_MSG)
		return FORMAT_CFB;
	return (int)format;
}

/* What the content is and the name does not say. */
static void extension_differs(struct look *l, struct look_file *f, const struct inside *entry, const char *name)
{
	enum file_format is = entry ? entry->format : f->format;
	enum file_format named = file_format_by_name(name);
	int known = entry ? entry->by_content : f->by_content;
	if (!known || named == FORMAT_UNKNOWN || is == FORMAT_UNKNOWN || is == FORMAT_TEXT || is == FORMAT_SCRIPT ||
	    named == FORMAT_SIGNATURE || family(is) == family(named) ||
	    (is == FORMAT_HTML && (named == FORMAT_TEXT || named == FORMAT_MAIL || family(named) == FORMAT_CFB)))
		return;
	look_find(l, "name.extension_differs", f->number, name);
}

void rule_extension_differs(struct look *l)
{
	rule_each_name(l, extension_differs);
}

static void long_name(struct look *l, struct look_file *f, const struct inside *entry, const char *name)
{
	(void)entry;
	if (strlen(name) > LONGEST && file_format_extension_is(name, PROGRAMS)) {
		look_find(l, "name.long", f->number, name);
		l->disguise |= DISGUISE_LONG;
	}
}

void rule_long_name(struct look *l)
{
	rule_each_name(l, long_name);
}
