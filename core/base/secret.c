#include "base/secret.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/outside_file.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int secret_setup(struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_FAILED, _("cannot initialise libsodium"));
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return 0;
}

void *secret_alloc(size_t n)
{
	void *p = sodium_malloc(n ? n : 1);
	if (!p) /* RLIMIT_MEMLOCK never causes this: locking is best effort, as libsodium documents */
		return xmalloc(SIZE_MAX / 4);
	return p;
}

void secret_free(void *p)
{
	sodium_free(p);
}

void secret_set(struct secret *s, const void *bytes, size_t n)
{
	char *copy = secret_alloc(n + 1);
	if (n > 0)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	secret_release(s);
	s->data = copy;
	s->len = n;
}

void secret_release(struct secret *s)
{
	sodium_free(s->data);
	s->data = NULL;
	s->len = 0;
}

/* Byte by byte, so that nothing behind the line is taken. */
int secret_read_line(struct secret *s, int fd, struct err *err)
{
	char *line = secret_alloc(SECRET_LIMIT + 1);
	size_t n = 0;
	int rc = 0;
	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR) {
			rc = err_set(err, ERR_CANCELLED, _("interrupted"));
			break;
		}
		if (got < 0) {
			rc = err_set_errno(err, ERR_FAILED, errno, _("cannot read the passphrase"));
			break;
		}
		if (got == 0 || c == '\n')
			break;
		if (n == SECRET_LIMIT) {
			rc = err_set(err, ERR_INVALID, _("a passphrase is at most %d bytes long"), SECRET_LIMIT);
			break;
		}
		line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (rc == 0)
		secret_set(s, line, n);
	secret_free(line);
	return rc;
}

int secret_read_file(struct secret *s, const char *path, struct err *err)
{
	int fd = outside_open(path, err);
	if (fd < 0)
		return err_prefix(err, _("cannot read the passphrase"));
	int rc = secret_read_line(s, fd, err);
	if (rc < 0)
		err_prefix(err, "'%s'", path);
	close(fd);
	return rc;
}

static secret_ask_fn ask_by;

void secret_ask_by(secret_ask_fn ask)
{
	ask_by = ask;
}

int secret_ask(struct secret *s, const char *prompt, struct err *err)
{
	return ask_by ? ask_by(s, prompt, err)
	              : err_set(err, ERR_UNLOCK,
	                        _("no terminal to ask for a passphrase: `genba unlock` in one keeps the case "
	                          "open for commands, or give --passphrase-file FILE or GENBA_PASSPHRASE_FILE"));
}
