#include "tui/screen.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <errno.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef KEY_SIZE

static int started;
static int coloured;
static volatile sig_atomic_t hang_up;
static volatile sig_atomic_t lock_asked;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		lock_asked = 1;
	else
		hang_up = 1;
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGTERM, SIGUSR1};
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

static void start_colours(void)
{
	const char *plain = getenv("NO_COLOR");
	if ((plain && *plain) || !has_colors() || start_color() == ERR || use_default_colors() == ERR)
		return;
	init_pair(TONE_HEADING, COLOR_CYAN, -1);
	init_pair(TONE_ALARM, COLOR_RED, -1);
	init_pair(TONE_ATTENTION, COLOR_YELLOW, -1);
	init_pair(TONE_GOOD, COLOR_GREEN, -1);
	coloured = 1;
}

int screen_start(struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, ERR_FAILED, _("the workbench needs a terminal; commands work without one (genba help)"));
	set_escdelay(25);
	SCREEN *made = newterm(NULL, stdout, stdin);
	if (!made)
		return err_set(err, ERR_FAILED, _("this terminal (TERM=%s) is not known here; try TERM=xterm or TERM=linux"),
		               getenv("TERM") ? getenv("TERM") : "");
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	start_colours();
	catch_signals();
	define_key("\033[200~", 0x1000);
	define_key("\033[201~", 0x1001);
	printf("\033[?2004h"); /* bracketed paste: pasted text is told from typed keys */
	fflush(stdout);
	started = 1;
	return 0;
}

void screen_stop(void)
{
	if (!started)
		return;
	printf("\033[?2004l");
	fflush(stdout);
	clear();
	refresh();
	endwin();
	started = 0;
}

int screen_rows(void)
{
	return LINES;
}

int screen_columns(void)
{
	return COLS;
}

static int translate(wint_t key)
{
	static const struct {
		int curses;
		int ours;
	} keys[] = {{KEY_UP, KEY_GO_UP},         {KEY_DOWN, KEY_GO_DOWN},     {KEY_LEFT, KEY_GO_LEFT},   {KEY_RIGHT, KEY_GO_RIGHT},
	            {KEY_PPAGE, KEY_PAGE_UP},    {KEY_NPAGE, KEY_PAGE_DOWN},  {KEY_HOME, KEY_FIRST},     {KEY_END, KEY_LAST},
	            {KEY_BACKSPACE, KEY_BACK},   {KEY_DC, KEY_REMOVE},        {KEY_RESIZE, KEY_SIZE},    {KEY_ENTER, KEY_RETURN},
	            {0x1000, KEY_PASTE_BEGIN},   {0x1001, KEY_PASTE_END}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if ((int)key == keys[i].curses)
			return keys[i].ours;
	return KEY_NOTHING;
}

int screen_key(int milliseconds)
{
	for (;;) {
		if (hang_up)
			return KEY_HANGUP;
		if (lock_asked) {
			lock_asked = 0;
			return KEY_LOCK;
		}
		wint_t key;
		int rc = get_wch(&key);
		if (rc == KEY_CODE_YES)
			return translate(key);
		if (rc == OK)
			return key == '\r' ? KEY_RETURN : key == 127 || key == 8 ? KEY_BACK : (int)key;
		struct pollfd input = {STDIN_FILENO, POLLIN, 0};
		int ready = poll(&input, 1, milliseconds);
		if (ready == 0)
			return KEY_NOTHING;
		if (ready > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) && !(input.revents & POLLIN))
			return KEY_HANGUP;
	}
}

static attr_t attributes(enum tone tone)
{
	attr_t colour = coloured ? (attr_t)COLOR_PAIR((int)tone) : 0;
	switch (tone) {
	case TONE_HEADING:
		return A_BOLD | colour;
	case TONE_ALARM:
		return A_BOLD | colour;
	case TONE_ATTENTION:
	case TONE_GOOD:
		return colour;
	case TONE_FAINT:
		return A_DIM;
	case TONE_BAR:
	case TONE_SELECTED:
		return A_REVERSE;
	case TONE_PLAIN:
		break;
	}
	return A_NORMAL;
}

void screen_clear(void)
{
	erase();
}

void screen_put(int row, int column, int cells, enum tone tone, const char *text)
{
	if (row < 0 || row >= LINES || column < 0 || column >= COLS || cells <= 0)
		return;
	if (cells > COLS - column)
		cells = COLS - column;
	struct buf line = BUF_INIT;
	text_pad(&line, text, (size_t)cells);
	attrset((int)attributes(tone));
	mvaddnstr(row, column, line.data, (int)line.len);
	attrset(A_NORMAL);
	buf_release(&line);
}

void screen_cursor(int row, int column)
{
	if (row < 0 || column < 0) {
		curs_set(0);
		return;
	}
	curs_set(1);
	move(row < LINES ? row : LINES - 1, column < COLS ? column : COLS - 1);
}

void screen_show(void)
{
	refresh();
}
