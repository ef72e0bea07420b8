/* The workbench: the case on a screen. See view.h for how a view is made. */
#ifndef GENBA_TUI_WORKBENCH_H
#define GENBA_TUI_WORKBENCH_H

#include "tui/session.h"

/* Opens the session's case (asking for the passphrase on its screen) and runs until the person leaves. 0 or -1. */
int workbench_run(struct session *s, struct err *err);

#endif
