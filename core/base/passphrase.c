#include "base/passphrase.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <sodium.h>
#include <string.h>
#include <utf8proc.h>

int passphrase_check(const struct secret *passphrase, struct err *err)
{
	if (passphrase && passphrase->data && passphrase->len > 0)
		return 0;
	return err_set(
	    err, ERR_USAGE,
	    _("an empty passphrase protects nothing: the first line of its file is blank, or nothing was typed"));
}

/* ---- forms */

static int same(const struct secret *a, const struct secret *b)
{
	return a->len == b->len && (a->len == 0 || sodium_memcmp(a->data, b->data, a->len) == 0);
}

/* Takes over `form` if nothing like it is there. */
static void add_form(struct passphrase_forms *forms, struct secret *form)
{
	for (unsigned i = 0; i < forms->count; i++)
		if (same(&forms->form[i], form)) {
			secret_release(form);
			return;
		}
	forms->form[forms->count++] = *form;
}

/* The text in a normal form, made within guarded memory alone. 0, or -1: it is not UTF-8. */
static int normalise(const struct secret *typed, utf8proc_option_t options, struct secret *form)
{
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)(typed->data ? typed->data : "");
	utf8proc_ssize_t n = utf8proc_decompose(text, (utf8proc_ssize_t)typed->len, NULL, 0, options);
	if (n < 0)
		return -1;
	utf8proc_int32_t *points = secret_alloc(((size_t)n + 1) * sizeof *points);
	n = utf8proc_decompose(text, (utf8proc_ssize_t)typed->len, points, n, options);
	utf8proc_ssize_t bytes = n < 0 ? n : utf8proc_reencode(points, n, options);
	if (bytes >= 0)
		secret_set(form, points, (size_t)bytes);
	secret_free(points);
	return bytes < 0 ? -1 : 0;
}

void passphrase_forms_init(struct passphrase_forms *forms, const struct secret *typed)
{
	static const utf8proc_option_t order[] = {UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, 0,
	                                          UTF8PROC_STABLE | UTF8PROC_COMPOSE,
	                                          UTF8PROC_STABLE | UTF8PROC_DECOMPOSE};
	memset(forms, 0, sizeof *forms);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		struct secret form = SECRET_INIT;
		if (!order[i])
			secret_set(&form, typed->data ? typed->data : "", typed->len);
		else if (normalise(typed, order[i], &form) < 0)
			continue;
		add_form(forms, &form);
	}
}

void passphrase_forms_release(struct passphrase_forms *forms)
{
	for (unsigned i = 0; i < forms->count; i++)
		secret_release(&forms->form[i]);
	forms->count = 0;
}

/* ---- reading */

static void add_time(struct buf *text, double seconds)
{
	static const double minute = 60, hour = 3600, day = 86400;
	if (seconds < 1)
		buf_adds(text, _("a second"));
	else if (seconds < minute)
		buf_addf(text, P_("%d second", "%d seconds", (unsigned)seconds), (int)seconds);
	else if (seconds < hour)
		buf_addf(text, P_("%d minute", "%d minutes", (unsigned)(seconds / minute)), (int)(seconds / minute));
	else if (seconds < day)
		buf_addf(text, P_("%d hour", "%d hours", (unsigned)(seconds / hour)), (int)(seconds / hour));
	else
		buf_addf(text, P_("%d day", "%d days", (unsigned)(seconds / day)), (int)(seconds / day));
}

static void warn_if_weak(const struct secret *passphrase, const struct passphrase_request *ask, struct buf *warning)
{
	if (!warning || !ask->kdf_kib)
		return;
	double seconds = passphrase_seconds(passphrase_bits(passphrase), ask->kdf_passes, ask->kdf_kib);
	if (seconds >= PASSPHRASE_WEAK)
		return;
	struct buf time = BUF_INIT;
	add_time(&time, seconds);
	buf_addf(warning,
	         _("Warning: this passphrase is weak. Who has the file guesses it within about %s (a hundred graphics "
	           "cards). Four words that do not belong together hold.\n"),
	         time.data);
	buf_release(&time);
}

/* A new one is typed twice: 0 if both are the same text, in whatever form. */
static int ask_again(const struct secret *passphrase, struct err *err)
{
	struct secret again = SECRET_INIT;
	struct passphrase_forms first;
	struct passphrase_forms second;
	if (secret_ask(&again, _("Once more: "), err) < 0) {
		secret_release(&again);
		return -1;
	}
	passphrase_forms_init(&first, passphrase);
	passphrase_forms_init(&second, &again);
	int equal = same(&first.form[0], &second.form[0]);
	passphrase_forms_release(&first);
	passphrase_forms_release(&second);
	secret_release(&again);
	return equal ? 0 : err_set(err, ERR_USAGE, _("the two passphrases differ; nothing was made"));
}

int passphrase_read(struct secret *passphrase, const struct passphrase_request *ask, struct buf *warning,
                    struct err *err)
{
	int fresh = ask->purpose == PASSPHRASE_NEW || ask->purpose == PASSPHRASE_OFFER;
	int rc = ask->file ? secret_read_file(passphrase, ask->file, err) : secret_ask(passphrase, ask->prompt, err);
	if (rc < 0)
		return -1;
	if (ask->purpose == PASSPHRASE_OPEN)
		return 0;
	if (passphrase->len == 0 && !ask->file && ask->purpose != PASSPHRASE_NEW) {
		secret_release(passphrase);
		return 0;
	}
	rc = passphrase_check(passphrase, err);
	if (rc < 0 && ask->file)
		err_prefix(err, "'%s'", ask->file);
	if (rc == 0 && fresh && !ask->file)
		rc = ask_again(passphrase, err);
	if (rc == 0 && fresh)
		warn_if_weak(passphrase, ask, warning);
	return rc;
}
