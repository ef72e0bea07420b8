#include "tui/term/screen.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "tui/term/install_path.h"
#include "tui/term/terminal_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#undef KEY_SIZE

static int started;
static FILE *terminal_in; /* descriptors of its own: a command of another shell has that shell's streams meanwhile */
static FILE *terminal_out;
static int coloured;
static int is_plain;            /* the terminal has letters and ASCII signs only */
static int wakes[2] = {-1, -1}; /* a pipe: a signal that comes just before poll() still wakes it */
static int clock_jump = -1;     /* readable when the machine woke up */
static volatile sig_atomic_t hang_up;
static volatile sig_atomic_t lock_asked;
static volatile sig_atomic_t resized;

/* Keys that came while only Ctrl-C was looked for. More than fit are dropped: nobody types blindly that far ahead. */
static int ahead[64];
static size_t ahead_count;

static void on_signal(int number)
{
	int before = errno;
	if (number == SIGUSR1)
		lock_asked = 1;
	else if (number == SIGWINCH)
		resized = 1;
	else
		hang_up = 1;
	if (write(wakes[1], "!", 1) < 0) { /* full: it wakes already */
	}
	errno = before;
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGTERM, SIGUSR1, SIGWINCH};
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

struct theme {
	const char *name;
	short heading, alarm, attention, good; /* colours of the terminal; -1: its default */
};

/* Yellow cannot be read on white, nor blue on black. */
static const struct theme themes[] = {
    {"dark", COLOR_CYAN, COLOR_RED, COLOR_YELLOW, COLOR_GREEN},
    {"light", COLOR_BLUE, COLOR_RED, COLOR_MAGENTA, COLOR_GREEN},
    {"mono", -1, -1, -1, -1},
};

static const struct theme *choose_theme(void)
{
	const char *plain = getenv("NO_COLOR");
	const char *name = getenv("GENBA_THEME");
	if ((plain && *plain) || !has_colors())
		return &themes[2];
	for (size_t i = 0; name && i < sizeof themes / sizeof *themes; i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return &themes[0];
}

static void start_colours(void)
{
	const struct theme *theme = choose_theme();
	if (theme->heading < 0 || start_color() == ERR || use_default_colors() == ERR)
		return;
	init_pair(TONE_HEADING, theme->heading, -1);
	init_pair(TONE_ALARM, theme->alarm, -1);
	init_pair(TONE_ATTENTION, theme->attention, -1);
	init_pair(TONE_GOOD, theme->good, -1);
	coloured = 1;
}

const char *screen_notice(void)
{
	return is_plain ? _("this console has no kanji: genba speaks English here, and shows each such character as ??")
	                : "";
}

int screen_is_plain(void)
{
	return is_plain;
}

static FILE *own_stream(int fd, const char *mode)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *stream = own >= 0 ? fdopen(own, mode) : NULL;
	return stream ? stream : fd == STDIN_FILENO ? stdin : stdout;
}

static void close_stream(FILE **stream)
{
	if (*stream && *stream != stdin && *stream != stdout)
		fclose(*stream);
	*stream = NULL;
}

int screen_start(struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, ERR_FAILED,
		               _("the workbench needs a terminal; commands work without one (genba help)"));
	const char *name = getenv("TERM");
	install_path_terminals();
	if (terminal_check(name, err) < 0)
		return -1;
	hang_up = lock_asked = resized = 0; /* a process may show several screens, one after the other */
	ahead_count = 0;
	coloured = 0;
	if (pipe2(wakes, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot make a pipe"));
	clock_jump = clock_jump_open();
	is_plain = terminal_is_plain(name);
	if (is_plain)
		i18n_set_language("en");
	set_escdelay(25);
	terminal_in = own_stream(STDIN_FILENO, "r");
	terminal_out = own_stream(STDOUT_FILENO, "w");
	if (!newterm(NULL, terminal_out, terminal_in))
		return err_set(err, ERR_FAILED, _("cannot begin on this terminal (TERM=%s)"), name ? name : "");
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	start_colours();
	catch_signals();
	typeahead(-1); /* a picture is sent whole: what is typed meanwhile is looked for before it is drawn */
	define_key("\033[200~", 0x1000);
	define_key("\033[201~", 0x1001);
	fputs("\033[?2004h", terminal_out); /* bracketed paste: pasted text is told from typed keys */
	fflush(terminal_out);
	started = 1;
	return 0;
}

void screen_stop(void)
{
	if (!started)
		return;
	fputs("\033[?2004l", terminal_out);
	fflush(terminal_out);
	clear();
	refresh();
	endwin();
	close_stream(&terminal_in);
	close_stream(&terminal_out);
	if (clock_jump >= 0)
		close(clock_jump);
	clock_jump = -1;
	close(wakes[0]);
	close(wakes[1]);
	wakes[0] = wakes[1] = -1;
	started = 0;
}

void screen_suspend(void)
{
	struct sigaction ours = {.sa_handler = SIG_DFL};
	struct sigaction before;
	if (!started)
		return;
	screen_send("\033[?2004l", 8);
	clear();
	refresh();
	endwin();
	sigemptyset(&ours.sa_mask);
	sigaction(SIGTSTP, &ours, &before); /* curses has one of its own */
	kill(getpid(), SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
	screen_send("\033[?2004h", 8);
	clear();
	refresh();
	resized = 1; /* the terminal may have another size by now */
}

int screen_rows(void)
{
	return LINES;
}

int screen_columns(void)
{
	return COLS;
}

static int translate(int key)
{
	static const struct {
		int curses;
		int ours;
	} keys[] = {{KEY_UP, KEY_GO_UP},       {KEY_DOWN, KEY_GO_DOWN},  {KEY_LEFT, KEY_GO_LEFT},
	            {KEY_RIGHT, KEY_GO_RIGHT}, {KEY_PPAGE, KEY_PAGE_UP}, {KEY_NPAGE, KEY_PAGE_DOWN},
	            {KEY_HOME, KEY_FIRST},     {KEY_END, KEY_LAST},      {KEY_BACKSPACE, KEY_BACK},
	            {KEY_DC, KEY_REMOVE},      {KEY_RESIZE, KEY_SIZE},   {KEY_ENTER, KEY_RETURN},
	            {0x1000, KEY_PASTE_BEGIN}, {0x1001, KEY_PASTE_END}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (key == keys[i].curses)
			return keys[i].ours;
	return KEY_NOTHING;
}

/* The terminal's new size; curses is told, since the signal is ours. */
static void take_size(void)
{
	struct winsize size;
	if (ioctl(fileno(terminal_out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

/* What signals have asked for, or 0. */
static int asked(void)
{
	char bytes[64];
	if (!hang_up && !lock_asked && !resized)
		return 0;
	while (read(wakes[0], bytes, sizeof bytes) > 0)
		;
	if (hang_up)
		return KEY_HANGUP;
	if (lock_asked) {
		lock_asked = 0;
		return KEY_LOCK;
	}
	if (resized) {
		resized = 0;
		take_size();
		return KEY_SIZE;
	}
	return 0;
}

static struct pollfd watched[SCREEN_WATCHED];
static size_t watched_count;

void screen_watch(const struct pollfd *fds, size_t count)
{
	watched_count = count < SCREEN_WATCHED ? count : SCREEN_WATCHED;
	memcpy(watched, fds, watched_count * sizeof *fds);
}

/* Waits for the terminal, a signal, and what is watched. *knock gets whether that has something. */
static int waiting(int milliseconds, short *terminal, int *knock)
{
	struct pollfd fds[3 + SCREEN_WATCHED] = {{fileno(terminal_in), POLLIN, 0}, {wakes[0], POLLIN, 0}};
	memcpy(fds + 2, watched, watched_count * sizeof *watched);
	fds[2 + watched_count] = (struct pollfd){clock_jump, POLLIN, 0}; /* -1 is left out by poll() */
	int ready = poll(fds, (nfds_t)(3 + watched_count), milliseconds);
	*terminal = ready > 0 ? fds[0].revents : 0;
	*knock = 0;
	for (size_t i = 0; ready > 0 && i < watched_count; i++)
		*knock |= fds[2 + i].revents != 0;
	if (ready > 0 && fds[2 + watched_count].revents) {
		clock_jump_take(clock_jump);
		*knock = 1;
	}
	return ready;
}

/*
 * Characters are put together here, not by get_wch(): that one loses a character whose bytes come apart, and swallows
 * what follows a byte that is no UTF-8. Such bytes are dropped, alone.
 */
static struct {
	unsigned char bytes[4];
	int count;
	int wanted;
} partial;

/* The character that this byte completes, or 0: none yet, or none at all. */
static int take_byte(int byte)
{
	utf8proc_int32_t c;
	if (byte < 0x80) {
		partial.count = 0;
		return byte;
	}
	if ((byte & 0xC0) != 0x80) {
		partial.count = 0;
		partial.wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
	} else if (partial.count == 0) {
		return 0;
	}
	partial.bytes[partial.count++] = (unsigned char)byte;
	if (partial.count < partial.wanted)
		return 0;
	partial.count = 0;
	return utf8proc_iterate(partial.bytes, partial.wanted, &c) == partial.wanted ? c : 0;
}

/* The next key that the terminal has, or 0. */
static int typed_key(void)
{
	int got;
	while ((got = getch()) != ERR) {
		if (got > 0xFF)
			return translate(got);
		int c = take_byte(got);
		if (c)
			return c == '\r' ? KEY_RETURN : c == 127 || c == 8 ? KEY_BACK : c;
	}
	return 0;
}

static int next_key(void)
{
	if (ahead_count == 0)
		return typed_key();
	int key = ahead[0];
	memmove(ahead, ahead + 1, --ahead_count * sizeof *ahead);
	return key;
}

int screen_input(void)
{
	return terminal_in ? fileno(terminal_in) : -1;
}

int screen_interrupted(void)
{
	int key;
	int interrupted = 0;
	while ((key = typed_key()) != 0) {
		if (key == CTRL('c'))
			interrupted = 1;
		else if (ahead_count < sizeof ahead / sizeof *ahead)
			ahead[ahead_count++] = key;
	}
	return interrupted;
}

int screen_key(int milliseconds)
{
	for (;;) {
		short terminal;
		int knock;
		int signalled = asked();
		if (signalled)
			return signalled;
		int key = next_key();
		if (key)
			return key;
		int ready = waiting(milliseconds, &terminal, &knock);
		if (ready == 0)
			return KEY_NOTHING;
		if (knock && !(terminal & POLLIN))
			return KEY_KNOCK;
		if (terminal & (POLLHUP | POLLERR | POLLNVAL)) { /* its end can be read for ever */
			int last = next_key();
			return last ? last : KEY_HANGUP;
		}
	}
}

int screen_pending(void)
{
	short terminal;
	int knock;
	return ahead_count > 0 || (waiting(0, &terminal, &knock) > 0 && (terminal & POLLIN));
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
	case TONE_PAST:
		return A_BOLD | A_REVERSE;
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
	struct buf ascii = BUF_INIT;
	char *safe = printable_dup(text); /* the last door to the terminal, whoever made the row */
	text_pad(&line, safe, (size_t)cells);
	free(safe);
	if (is_plain) {
		terminal_plain_text(line.data, &ascii);
		buf_release(&line);
		line = ascii;
	}
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

uint64_t screen_digest(int from, int to)
{
	uint64_t digest = 14695981039346656037U; /* FNV-1a */
	int y;
	int x;
	getyx(stdscr, y, x);
	for (int row = from; row < to && row < LINES; row++)
		for (int column = 0; column < COLS; column++) {
			cchar_t cell = {0};
			mvin_wch(row, column, &cell);
			digest = (digest ^ (uint64_t)cell.chars[0]) * 1099511628211U;
			digest = (digest ^ (uint64_t)cell.attr) * 1099511628211U;
		}
	move(y, x);
	return digest;
}

void screen_send(const char *bytes, size_t n)
{
	fwrite(bytes, 1, n, terminal_out);
	fflush(terminal_out);
}

/* "Synchronized output": a terminal that knows it shows all of a picture at once; others ignore such a mode. */
void screen_show(void)
{
	if (!is_plain)
		screen_send("\033[?2026h", 8);
	refresh();
	if (!is_plain)
		screen_send("\033[?2026l", 8);
}

/* curses keeps what it sent last in a buffer of its own, up to a screen full of letters and attributes: all of it is
 * overwritten by signs that are drawn invisibly, each with other attributes than the one before it. */
static void overwrite_sent(void)
{
	for (int round = 0; round < 2; round++) {
		for (int row = 0; row < LINES; row++)
			for (int column = 0; column < COLS; column++) {
				attrset((int)(A_INVIS | ((row + column + round) % 2 ? A_BOLD : A_DIM)));
				mvaddch(row, column, round ? ',' : '.');
			}
		refresh();
	}
	attrset(A_NORMAL);
}

void screen_wipe(void)
{
	memset(ahead, 0, sizeof ahead);
	ahead_count = 0;
	overwrite_sent();
	clear(); /* the next refresh sends every cell */
	screen_show();
}
