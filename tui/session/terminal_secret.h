/* A passphrase asked for on the terminal (/dev/tty), without echo: what base/secret.h asks a person by. */
#ifndef GENBA_TUI_SESSION_TERMINAL_SECRET_H
#define GENBA_TUI_SESSION_TERMINAL_SECRET_H

#include "base/secret.h"

/* A secret_ask_fn. */
int terminal_secret_ask(struct secret *s, const char *prompt, struct err *err);

#endif
