/*
 * Copying: text handed to the terminal, which puts it on the clipboard (OSC 52).
 *
 * Off until the person asks for it: the terminal may keep what it gets, or
 * send it on, over SSH to another machine and to whatever reads the clipboard
 * there. Pressing the key asks once in a session; GENBA_COPY=1 asks nothing,
 * GENBA_COPY=0 never copies. Inside tmux it is sent twice: for tmux itself (set-clipboard on),
 * and through it (allow-passthrough on).
 *
 * Source of the sequence: XTerm Control Sequences, "Operating System Commands", Ps = 52.
 */
#ifndef GENBA_TUI_WORKBENCH_COPY_H
#define GENBA_TUI_WORKBENCH_COPY_H

#include <stddef.h>

struct buf;
struct workbench;

#define COPY_LIMIT 8192 /* bytes of text: terminals drop longer ones */

/* Copies the text, or says why not. */
void copy_text(struct workbench *wb, const char *text);

#endif
