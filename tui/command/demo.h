/*
 * The practice cases: the attack chain of the report's section 3.2, and the large
 * site of section 3.1 (demo_large.h), made with the same commands that a responder types
 * (demo.script, demo_large.script).
 */
#ifndef GENBA_TUI_COMMAND_DEMO_H
#define GENBA_TUI_COMMAND_DEMO_H

#include "tui/session/session.h"

/*
 * Makes practice.genba, or large.genba, and its evidence files in `dir` (made if missing) with
 * an identity of its own, and leaves the case open in the session. An earlier
 * practice case there is opened instead; if it tells its story in another language
 * than the interface's, it stays as it is, and practice.ja.genba (or .en.) is
 * made or opened beside it. One that another version of this program made, of other
 * contents, stays with its files too: this version's own is in the folder `dir`/2,
 * or /3 and so on, and the log says so. 0 or -1.
 */
int demo_make(struct session *s, const char *dir, int is_large, struct err *err);

#endif
