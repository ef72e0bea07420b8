/* What the files are, and how the archives are made. */
#include "finding/mail/look/rules_private.h"

#include <string.h>
#include <strings.h>

typedef int (*format_test)(enum file_format format);

static void each_format(struct look *l, const char *id, format_test is)
{
	for (size_t i = 0; i < l->file_count; i++) {
		const struct look_file *f = &l->files[i];
		if (f->attachment && is(f->format))
			look_find(l, id, f->number, f->name);
		for (size_t k = 0; k < f->list.count; k++)
			if (is(f->list.all[k].format))
				look_find(l, id, f->number, f->list.all[k].name);
	}
}

void rule_program(struct look *l)
{
	each_format(l, "file.program", file_format_is_program);
}

static int is_script(enum file_format format)
{
	return format == FORMAT_SCRIPT;
}

void rule_script(struct look *l)
{
	each_format(l, "file.script", is_script);
}

static int is_shortcut(enum file_format format)
{
	return format == FORMAT_LNK;
}

void rule_shortcut(struct look *l)
{
	size_t before = l->finding_count;
	each_format(l, "file.shortcut", is_shortcut);
	if (l->finding_count > before)
		l->disguise |= DISGUISE_SHORTCUT;
}

static int is_disk_image(enum file_format format)
{
	return format == FORMAT_ISO || format == FORMAT_VHD;
}

void rule_disk_image(struct look *l)
{
	each_format(l, "file.disk_image", is_disk_image);
}

static int is_chm(enum file_format format)
{
	return format == FORMAT_CHM;
}

void rule_chm(struct look *l)
{
	each_format(l, "file.chm", is_chm);
}

static int is_cpl(enum file_format format)
{
	return format == FORMAT_CPL;
}

void rule_cpl(struct look *l)
{
	each_format(l, "file.cpl", is_cpl);
}

void rule_archive(struct look *l)
{
	static const struct {
		unsigned flag;
		const char *id;
	} said[] = {{LISTING_LOCKED, "archive.locked"},       {LISTING_NAMES_HIDDEN, "archive.names_hidden"},
	            {LISTING_TWO_NAMES, "archive.two_names"}, {LISTING_NESTED, "archive.nested"},
	            {LISTING_BOMB, "archive.bomb"},           {LISTING_UNREAD, "archive.unread"}};
	for (size_t i = 0; i < l->file_count; i++)
		for (size_t k = 0; k < sizeof said / sizeof *said; k++)
			if (l->files[i].list.flags & said[k].flag)
				look_find(l, said[k].id, l->files[i].number, l->files[i].name);
}

/* What the content of files showed when they were taken out. */
void rule_seen(struct look *l)
{
	static const struct {
		unsigned seen;
		const char *id;
	} said[] = {{SEEN_MACRO, "file.macro"},
	            {SEEN_DDE, "file.dde"},
	            {SEEN_TEMPLATE, "file.template"},
	            {SEEN_ENCRYPTED, "file.encrypted"},
	            {SEEN_SMUGGLING, "file.html_smuggling"},
	            {SEEN_SCRIPT, "file.svg_script"},
	            {SEEN_STOMPED, "file.stomped"},
	            {SEEN_UNCOMPARED, "limit.macros"},
	            {SEEN_SHORTCUT_ICON, "file.lnk_icon"},
	            {SEEN_ICON, "file.icon"}};
	for (size_t i = 0; i < l->file_count; i++)
		for (size_t k = 0; k < sizeof said / sizeof *said; k++)
			if (l->files[i].attachment && l->files[i].seen & said[k].seen) {
				look_find(l, said[k].id, l->files[i].number, l->files[i].name);
				l->disguise |= said[k].seen == SEEN_MACRO  ? DISGUISE_MACRO
				               : said[k].seen == SEEN_ICON ? DISGUISE_ICON
				                                           : 0;
			}
}

/* A mail that carries nothing but mails: the one that is meant may be inside (--forwarded yes). */
void rule_holds_mail(struct look *l)
{
	size_t mails = l->inner;
	int others = 0;
	for (size_t i = 1; i < l->mime.count; i++)
		if (l->mime.parts[l->mime.parts[i].above].is_mail)
			mails++;
	for (size_t i = 0; i < l->file_count; i++) {
		const struct look_file *f = &l->files[i];
		int is_mail = f->format == FORMAT_MSG || strcmp(f->type, "message/rfc822") == 0;
		const char *dot = strchr(f->number, '.');
		int inner = dot && mails;
		mails += (size_t)is_mail;
		others += f->counted && !is_mail && !inner;
	}
	if (mails && !others)
		look_find(l, "mime.holds_mail", "", "");
}
