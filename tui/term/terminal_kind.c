#include "tui/term/terminal_kind.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <curses.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

int terminal_check(const char *name, struct err *err)
{
	int known = 0;
	const char *shown = name ? name : "";
	if (setupterm(name, STDOUT_FILENO, &known) == ERR)
		return err_set(err, ERR_FAILED,
		               _("this terminal (TERM=%s) is not known here; try TERM=xterm-256color, or TERM=vt100"),
		               shown);
	const char *move = tigetstr("cup");
	int can = move && move != (const char *)-1 && *move; /* else all would be painted over one line */
	del_curterm(cur_term);
	return can ? 0
	           : err_set(
	                 err, ERR_FAILED,
	                 _("this terminal (TERM=%s) cannot move the cursor, which the workbench needs; commands work "
	                   "here (genba help), or try TERM=vt100"),
	                 shown);
}

int terminal_is_plain(const char *name)
{
	static const char *const names[] = {"linux", "vt100", "vt102", "vt220", "vt320"};
	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);
		if (strncmp(name, names[i], n) == 0 && (!name[n] || name[n] == '-'))
			return 1;
	}
	return 0;
}

static const struct {
	const char *sign;
	const char *ascii;
} signs[] = {
    /* who acted: attacker, response, user */
    {"■", "#"},
    {"□", "o"},
    {"○", "u"},
    /* when: a point in time, a span */
    {"●", "*"},
    {"├", "["},
    {"┤", "]"},
    /* what came of it: done, failed, doubtful, paused, runs */
    {"✓", "+"},
    {"✗", "x"},
    {"╌", "x"},
    {"┈", "."},
    {"╎", "x"},
    {"┊", "."},
    {"‖", "="},
    {"▶", ">"},
    {"⎇", "@"},
    /* how many */
    {"▁", "_"},
    {"▂", "_"},
    {"▃", "-"},
    {"▄", "-"},
    {"▅", "="},
    {"▆", "="},
    {"▇", "#"},
    {"█", "#"},
    /* numbers in circles: letters from ten on */
    {"①", "1"},
    {"②", "2"},
    {"③", "3"},
    {"④", "4"},
    {"⑤", "5"},
    {"⑥", "6"},
    {"⑦", "7"},
    {"⑧", "8"},
    {"⑨", "9"},
    {"⑩", "A"},
    {"⑪", "B"},
    {"⑫", "C"},
    {"⑬", "D"},
    {"⑭", "E"},
    {"⑮", "F"},
    {"⑯", "G"},
    {"⑰", "H"},
    {"⑱", "I"},
    {"⑲", "J"},
    {"⑳", "K"},
    /* lines and arrows */
    {"─", "-"},
    {"│", "|"},
    {"┌", "+"},
    {"┐", "+"},
    {"└", "+"},
    {"┘", "+"},
    {"┬", "+"},
    {"┴", "+"},
    {"┼", "+"},
    {"→", ">"},
    {"›", ">"},
    {"←", "<"},
    {"↑", "^"},
    {"↓", "v"},
    /* type */
    {"…", "~"},
    {"·", "."},
    {"—", "-"},
    {"–", "-"},
    {"−", "-"},
    {"×", "x"},
    {"•", "*"},
    {"«", "<"},
    {"»", ">"},
    {"“", "\""},
    {"”", "\""},
    {"‘", "'"},
    {"’", "'"},
};

static const char *sign_of(const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strlen(signs[i].sign) == n && memcmp(signs[i].sign, text, n) == 0)
			return signs[i].ascii;
	return NULL;
}

void terminal_plain_text(const char *text, struct buf *out)
{
	while (*text) {
		size_t n = 1;
		while (((unsigned char)text[n] & 0xC0) == 0x80)
			n++;
		const char *ascii = n == 1 ? text : sign_of(text, n);
		if (ascii)
			buf_addc(out, *ascii);
		else
			for (size_t cells = text_width_n(text, n); cells > 0; cells--)
				buf_addc(out, '?');
		text += n;
	}
}
