/*
 * What kind of terminal this is.
 *
 * Some have letters and ASCII signs only: the Linux kernel's console, which has no kanji and few glyphs, and the VT100 and
 * its family. Every sign of ours that carries meaning (who acted, what failed, the numbers in circles) has a letter or an
 * ASCII sign there, in as many cells, so that nothing is told by a sign that is not seen.
 */
#ifndef GENBA_TUI_TERM_TERMINAL_KIND_H
#define GENBA_TUI_TERM_TERMINAL_KIND_H

struct buf;
struct err;

/* Whether a screen can be drawn on the terminal of that name (the value of TERM, may be NULL): it is known here, and its cursor
 * can be moved. 0, or -1 with the reason and what to try. */
int terminal_check(const char *name, struct err *err);

/* Whether it has letters and ASCII signs only. */
int terminal_is_plain(const char *name);

/* Appends `text` (UTF-8) in ASCII, cell for cell; a character without a sign of its own becomes '?' in each of its cells. */
void terminal_plain_text(const char *text, struct buf *out);

#endif
