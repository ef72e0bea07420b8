#include "base/err.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int memory_status;

void err_memory_status(int status)
{
	memory_status = status;
}

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "genba: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
	(void)ignored;
	if (memory_status)
		_exit(memory_status);
	abort();
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	if (!q)
		out_of_memory();
	return q;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xmalloc(len + 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	return buf_take(&b, NULL);
}

/* One message: the formatted words, made printable, and what stands behind them already; cut at a character boundary. A line
 * ends where the format says so, or in a message that is handed on; those in a path that is quoted are shown. */
static __attribute__((format(printf, 2, 0))) void put_message(char message[1024], const char *format, va_list args,
                                                              const char *behind)
{
	struct buf b = BUF_INIT;
	struct buf safe = BUF_INIT;
	int has_lines = strchr(format, '\n') || strcmp(format, "%s") == 0;
	buf_addv(&b, format, args);
	printable_add(&safe, b.data, b.len, has_lines ? PRINTABLE_KEEP_NEWLINES : PRINTABLE_LINE);
	if (*behind) {
		buf_adds(&safe, ": ");
		printable_add(&safe, behind, strlen(behind), PRINTABLE_KEEP_NEWLINES);
	}
	text_copy(message, 1024, safe.data);
	buf_release(&safe);
	buf_release(&b);
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
	if (!err || err->code != ERR_NONE)
		return -1;
	va_list args;
	err->code = code;
	va_start(args, format);
	put_message(err->message, format, args, "");
	va_end(args);
	va_start(args, format);
	put_message(err->english, i18n_english(format), args, "");
	va_end(args);
	return -1;
}

/* The C library speaks another language only where a locale is installed. */
const char *err_system_text(int errno_value)
{
	switch (errno_value) {
	case ENOENT:
		return _("No such file or directory");
	case EACCES:
		return _("Permission denied");
	case EPERM:
		return _("Operation not permitted");
	case EEXIST:
		return _("File exists");
	case EISDIR:
		return _("Is a directory");
	case ENOTDIR:
		return _("Not a directory");
	case ENOTEMPTY:
		return _("Directory not empty");
	case ENOSPC:
		return _("No space left on device");
	case EDQUOT:
		return _("Disk quota exceeded");
	case EROFS:
		return _("Read-only file system");
	case EIO:
		return _("Input/output error");
	case EBUSY:
		return _("Device or resource busy");
	case ENODEV:
		return _("No such device");
	case ENXIO:
		return _("No such device or address");
	case EINVAL:
		return _("Invalid argument");
	case EFBIG:
		return _("File too large");
	case ENAMETOOLONG:
		return _("File name too long");
	case ELOOP:
		return _("Too many levels of symbolic links");
	case EMFILE:
		return _("Too many open files");
	case EPIPE:
		return _("Broken pipe");
	case ESTALE:
		return _("Stale file handle");
	case ETIMEDOUT:
		return _("Connection timed out");
	case ENOTCONN:
		return _("Transport endpoint is not connected");
	case EREMOTEIO:
		return _("Remote I/O error");
	case ENOMEDIUM:
		return _("No medium found");
	case EUCLEAN:
		return _("Structure needs cleaning");
	case EBADMSG:
		return _("Bad message");
	case EOPNOTSUPP:
		return _("Operation not supported");
	case EOVERFLOW:
		return _("Value too large for defined data type");
	default:
		return strerror(errno_value);
	}
}

/* What can be done about a full disk is for whoever reads it now; what goes on record is the English without it. */
static void add_what_to_do(char message[1024], int errno_value)
{
	if (errno_value != ENOSPC && errno_value != EDQUOT)
		return;
	size_t n = strlen(message);
	text_copy(message + n, 1024 - n,
	          _("; free space on that disk, or name a place on another (--out, --to, --dir)"));
}

int err_set_errno(struct err *err, enum err_code code, int errno_value, const char *format, ...)
{
	if (!err || err->code != ERR_NONE)
		return -1;
	va_list args;
	if (code == ERR_FAILED && (errno_value == ENOSPC || errno_value == EROFS || errno_value == EDQUOT))
		code = ERR_NO_SPACE;
	err->code = code;
	va_start(args, format);
	put_message(err->message, format, args, err_system_text(errno_value));
	va_end(args);
	add_what_to_do(err->message, errno_value);
	va_start(args, format);
	put_message(err->english, i18n_english(format), args, strerror(errno_value));
	va_end(args);
	return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
	if (!err || err->code == ERR_NONE)
		return -1;
	va_list args;
	char behind[sizeof err->message];
	size_t before = strlen(err->message);
	memcpy(behind, err->message, sizeof behind);
	va_start(args, format);
	put_message(err->message, format, args, behind);
	va_end(args);
	memcpy(behind, err->english, sizeof behind);
	va_start(args, format);
	put_message(err->english, i18n_english(format), args, behind);
	va_end(args);
	if (*err->field) { /* in a message that was cut the words cannot be told apart any more */
		size_t now = strlen(err->message);
		err->reason = now < sizeof err->message - 8 ? err->reason + now - before : 0;
	}
	return -1;
}

int err_place(struct err *err, const char *file, unsigned line, unsigned column)
{
	if (!err || err->code == ERR_NONE || *err->file)
		return -1;
	text_copy(err->file, sizeof err->file, file);
	err->line = line;
	return column ? err_prefix(err, "%s:%u:%u", file, line, column) : err_prefix(err, "%s:%u", file, line);
}

int err_take(struct err *err, const struct err *from)
{
	if (err && err->code == ERR_NONE)
		*err = *from;
	return -1;
}

int err_field(struct err *err, const char *field)
{
	if (!err || err->code == ERR_NONE || *err->field)
		return -1;
	snprintf(err->field, sizeof err->field, "%s", field);
	return err_prefix(err, "%s", field);
}

int err_about(struct err *err, const char *field)
{
	if (err && err->code != ERR_NONE && !*err->field)
		snprintf(err->field, sizeof err->field, "%s", field);
	return -1;
}

const char *err_reason(const struct err *err)
{
	return err->message + err->reason;
}

void err_clear(struct err *err)
{
	if (!err)
		return;
	err->code = ERR_NONE;
	err->message[0] = err->english[0] = err->field[0] = err->file[0] = '\0';
	err->reason = 0;
	err->line = 0;
}

int err_status(const struct err *err)
{
	if (!err)
		return 1;
	switch (err->code) {
	case ERR_NONE:
		return 0;
	case ERR_USAGE:
	case ERR_UNLOCK:
	case ERR_DAMAGED:
	case ERR_BUSY:
		return (int)err->code;
	case ERR_FAILED:
	case ERR_NOT_FOUND:
	case ERR_CANCELLED:
	case ERR_INVALID:
	case ERR_EXISTS:
	case ERR_NO_SPACE:
		break;
	}
	return 1;
}
