#include "tui/commands/finding/passwords.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <string.h>
#include <unistd.h>

#define PASSWORDS ((size_t)64 << 10) /* bytes of a file of passwords */

int passwords_read(struct session *s, const struct args *args, json_t **passwords, struct err *err)
{
	struct buf text = BUF_INIT;
	const char *path = args_option(args, "password-file");
	*passwords = NULL;
	if (!path)
		return 0;
	int fd = session_input(s, path, err);
	int rc = fd < 0 ? -1 : buf_read_fd(&text, fd, PASSWORDS, err);
	if (fd >= 0)
		close(fd);
	*passwords = rc == 0 ? json_array() : NULL;
	for (const char *line = text.data; rc == 0 && *line;) {
		size_t n = strcspn(line, "\r\n");
		if (n && json_array_append_new(*passwords, json_stringn(line, n)) < 0)
			rc = err_set(err, ERR_INVALID, _("'%s': passwords are lines of UTF-8"), path);
		line += n + (line[n] != '\0');
	}
	buf_release(&text);
	if (rc < 0)
		json_decref(*passwords);
	return rc;
}
