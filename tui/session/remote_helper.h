/*
 * git-remote-genba: the same program under another name, by which stock git
 * reads a case.
 *
 *     git clone genba::/path/site.genba
 *     git pull                              later: what is new
 *
 * git starts it with the name of the remote and the path, and speaks by lines
 * on standard input and output; see gitremote-helpers(7). The case is opened for
 * reading only, the passphrase is asked for on the terminal or read from
 * GENBA_PASSPHRASE_FILE. Nothing is ever pushed into a case.
 */
#ifndef GENBA_TUI_SESSION_REMOTE_HELPER_H
#define GENBA_TUI_SESSION_REMOTE_HELPER_H

#include "tui/session/session.h"

struct err;

/* Whether that is the name: argv[0], or the first word, which the bundle's script of that name puts there (FAT has no links). */
int remote_helper_is(const char *program);

/* Serves git until it ends the conversation. `words`: the remote's name and its address, as git gives them. */
int remote_helper_run(struct session *s, int count, char **words, struct err *err);

#endif
