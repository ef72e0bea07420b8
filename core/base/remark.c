#include "base/remark.h"

#include "base/err.h"
#include "base/i18n.h"

static __attribute__((format(printf, 2, 0))) void put(struct remark *r, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	buf_addv(&r->shown, format, args);
	buf_addv(&r->english, i18n_english(format), again);
	va_end(again);
}

void remark_words(struct remark *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put(r, format, args);
	va_end(args);
}

void remark_addv(struct remark *r, const char *format, va_list args)
{
	put(r, format, args);
	buf_addc(&r->shown, '\n');
	buf_addc(&r->english, '\n');
}

void remark_add(struct remark *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	remark_addv(r, format, args);
	va_end(args);
}

void remark_err(struct remark *r, const struct err *err)
{
	buf_addf(&r->shown, "%s\n", err->message);
	buf_addf(&r->english, "%s\n", err->english);
}

void remark_system(struct remark *r, int errno_value)
{
	const char *text = err_system_text(errno_value);
	buf_addf(&r->shown, "%s\n", text);
	buf_addf(&r->english, "%s\n", i18n_english(text));
}

void remark_join(struct remark *r, const struct remark *more)
{
	buf_add(&r->shown, more->shown.data, more->shown.len);
	buf_add(&r->english, more->english.data, more->english.len);
}

void remark_release(struct remark *r)
{
	buf_release(&r->shown);
	buf_release(&r->english);
}
