#include "tui/session/terminal_secret.h"

#include "base/err.h"
#include "base/i18n.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int terminal_secret_ask(struct secret *s, const char *prompt, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(
		    err, ERR_UNLOCK,
		    _("no terminal to ask for a passphrase: `genba unlock` in one keeps the case open for commands, "
		      "or give --passphrase-file FILE or GENBA_PASSPHRASE_FILE"));
	struct termios before;
	int have_termios = tcgetattr(fd, &before) == 0;
	if (have_termios) {
		struct termios quiet =
		    before; /* of the workbench's screen, which takes keys one by one and Enter as it comes */
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		quiet.c_lflag |= ICANON | ISIG;
		quiet.c_iflag |= ICRNL;
		tcsetattr(fd, TCSAFLUSH, &quiet);
	}
	ssize_t shown = write(fd, prompt, strlen(prompt));
	int rc = secret_read_line(s, fd, err);
	if (have_termios)
		tcsetattr(fd, TCSAFLUSH, &before);
	shown += write(fd, "\n", 1);
	(void)shown; /* a terminal that cannot be written to is read all the same */
	close(fd);
	return rc;
}
