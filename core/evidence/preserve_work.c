/* What every file of preserving asks of the work in hand: its form, its digests, its notes. It uses none of them. */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stdarg.h>
#include <string.h>

int evidence_form_parse(const char *name, enum evidence_form *form, struct err *err)
{
	if (!name || strcmp(name, "hash") == 0)
		*form = EVIDENCE_HASH;
	else if (strcmp(name, "raw") == 0)
		*form = EVIDENCE_RAW;
	else if (strcmp(name, "sealed") == 0)
		*form = EVIDENCE_SEALED;
	else if (strcmp(name, "ewf") == 0)
		*form = EVIDENCE_EWF;
	else
		return err_set(
		    err, ERR_USAGE,
		    _("--as %s: allowed are hash (in place), raw (copy), sealed (encrypted container) and ewf "
		      "(E01 image)"),
		    name);
	return 0;
}

int evidence_compression_parse(const char *name, enum ewf_compression *compression, struct err *err)
{
	if (!name || strcmp(name, "fast") == 0)
		*compression = EWF_FAST;
	else if (strcmp(name, "none") == 0)
		*compression = EWF_NONE;
	else if (strcmp(name, "best") == 0)
		*compression = EWF_BEST;
	else
		return err_set(err, ERR_USAGE, _("--compression %s: allowed are none, fast and best"), name);
	return 0;
}

const char *evidence_form_name(enum evidence_form form)
{
	static const char *const names[] = {"hash", "raw", "sealed", "ewf"};
	return names[form];
}

void work_note(struct work *w, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	remark_addv(&w->remarks, format, args);
	va_end(args);
}

void work_note_why(struct work *w, const struct err *why, const char *format, ...)
{
	va_list args;
	struct remark words = REMARK_INIT;
	va_start(args, format);
	remark_addv(&words, format, args);
	va_end(args);
	if (words.shown.len > 1) {
		buf_addf(&w->remarks.shown, "%.*s: ", (int)words.shown.len - 1, words.shown.data);
		buf_addf(&w->remarks.english, "%.*s: ", (int)words.english.len - 1, words.english.data);
	}
	remark_err(&w->remarks, why);
	remark_release(&words);
}

unsigned work_also(const struct work *w)
{
	return w->options->also | w->imported.also;
}

int work_copies(const struct work *w)
{
	return w->options->form != EVIDENCE_HASH;
}

int work_verifies_later(struct work *w)
{
	if (!w->options->verify_later)
		return 0;
	w->match = "pending";
	work_note(w, _("the copy was not read back; genba verify does it"));
	return 1;
}
