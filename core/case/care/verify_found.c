/* Where each part of the check tells what it found. */
#include "case/care/verify_private.h"

void verify_found(struct verify *v, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	v->report.findings++;
	v->parts[v->part].findings++;
	if (v->finding)
		v->finding(v->ctx, v->parts[v->part].name, b.data);
	buf_release(&b);
}
