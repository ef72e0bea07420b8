/*
 * What `-` reads, and output that nobody takes. A file of its own, since standard_fds.c is also in the privileged opener,
 * which has no messages.
 */
#include "base/err.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

int standard_input(struct err *err)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY)
		return err_set(err, ERR_USAGE,
		               _("standard input is closed, so '-' has nothing to read: name a file, or pipe it in"));
	return STDIN_FILENO;
}

int standard_output_failed(struct err *err)
{
	struct pollfd out = {.fd = STDOUT_FILENO};
	int reader_is_gone = poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
	return err_set(err, ERR_FAILED, "%s", reader_is_gone ? "" : _("cannot write to standard output"));
}
