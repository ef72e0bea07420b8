#include "help_screen.h"

#include "help_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include <cmocka.h>

#define LOOK_TEXT 64
#define RAW_KEPT  65536
#define QUIET_MS  400 /* before a golden is written: the program has nothing more to say */

struct terminal {
	VTerm *vt;
	VTermScreen *cells;
	int rows;
	int columns;
	int fd; /* the terminal's master side; -1: closed */
	pid_t pid;
	int visible; /* the cursor */
	VTermPos cursor;
	char title[256];
	struct buf raw; /* the last that the program sent */
	size_t mark;    /* bytes of FRAME that the last bytes were */
	int in_frame;   /* a picture has begun and is not whole */
};

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- the emulator */

static int on_cursor(VTermPos at, VTermPos before, int visible, void *ctx)
{
	struct terminal *t = ctx;
	(void)before;
	(void)visible;
	t->cursor = at;
	return 1;
}

static int on_property(VTermProp property, VTermValue *value, void *ctx)
{
	struct terminal *t = ctx;
	if (property == VTERM_PROP_CURSORVISIBLE)
		t->visible = value->boolean;
	else if (property == VTERM_PROP_TITLE || property == VTERM_PROP_ICONNAME)
		snprintf(t->title, sizeof t->title, "%s", value->string ? value->string : "");
	return 1;
}

static const VTermScreenCallbacks callbacks = {.movecursor = on_cursor, .settermprop = on_property};

static void start_emulator(struct terminal *t)
{
	t->vt = vterm_new(t->rows, t->columns);
	vterm_set_utf8(t->vt, 1);
	t->cells = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->cells, &callbacks, t);
	vterm_screen_enable_altscreen(t->cells, 1);
	vterm_screen_reset(t->cells, 1);
	t->visible = 1;
}

/* ---- the program */

static void set_environment(const char *lines)
{
	while (lines && *lines) {
		size_t n = strcspn(lines, "\n");
		char *line = strndup(lines, n);
		char *equals = line ? strchr(line, '=') : NULL;
		if (equals) {
			*equals = '\0';
			if (equals[1])
				setenv(line, equals + 1, 1);
			else
				unsetenv(line);
		}
		free(line);
		lines += n + (lines[n] == '\n');
	}
}

struct terminal *terminal_open(int rows, int columns, const char *environment, ...)
{
	char *words[32] = {(char *)(uintptr_t)program_path()};
	size_t n = 1;
	va_list args;
	va_start(args, environment);
	while (n < 31 && (words[n] = va_arg(args, char *)))
		n++;
	va_end(args);
	struct terminal *t = calloc(1, sizeof *t);
	assert_non_null(t);
	t->rows = rows;
	t->columns = columns;
	buf_init(&t->raw);
	start_emulator(t);
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	fflush(NULL);
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		set_environment(environment);
		execv(words[0], words);
		_exit(127);
	}
	fcntl(t->fd, F_SETFL, O_NONBLOCK);
	fcntl(t->fd, F_SETFD, FD_CLOEXEC);
	return t;
}

/* What the emulator answers to the program's questions. */
static void answer(struct terminal *t)
{
	char bytes[256];
	size_t n;
	while ((n = vterm_output_read(t->vt, bytes, sizeof bytes)) > 0)
		if (write(t->fd, bytes, n) < 0)
			return;
}

/* The program says where a picture begins (h) and ends (l): nobody looks at half of one. */
#define FRAME "\033[?2026"

static void follow_frames(struct terminal *t, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (t->mark == sizeof FRAME - 1) {
			t->in_frame = bytes[i] == 'h' || (t->in_frame && bytes[i] != 'l');
			t->mark = 0;
		}
		t->mark = bytes[i] == FRAME[t->mark] ? t->mark + 1 : bytes[i] == FRAME[0];
	}
}

/* Reads what is there, waiting for it at most that long. 1: something came; 0: nothing; -1: the program has closed it. */
static int pump(struct terminal *t, int milliseconds)
{
	if (t->fd < 0)
		return -1;
	struct pollfd fd = {t->fd, POLLIN, 0};
	if (poll(&fd, 1, milliseconds) <= 0)
		return 0;
	char bytes[16384];
	ssize_t n = read(t->fd, bytes, sizeof bytes);
	if (n > 0) {
		if (t->raw.len > RAW_KEPT)
			buf_clear(&t->raw);
		buf_add(&t->raw, bytes, (size_t)n);
		follow_frames(t, bytes, (size_t)n);
		vterm_input_write(t->vt, bytes, (size_t)n);
		answer(t);
		return 1;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static int wait_for_end(struct terminal *t, int *status)
{
	double deadline = now() + TERMINAL_DEADLINE;
	for (;;) {
		pid_t ended = waitpid(t->pid, status, WNOHANG);
		if (ended == t->pid)
			return 0;
		if (now() > deadline)
			return -1;
		if (pump(t, 20) < 0)
			poll(NULL, 0, 5);
	}
}

int terminal_end(struct terminal *t)
{
	int status = 0;
	if (wait_for_end(t, &status) < 0) {
		struct buf text = BUF_INIT;
		terminal_text(t, &text);
		kill(t->pid, SIGKILL);
		waitpid(t->pid, &status, 0);
		fail_msg("the program has not ended; its screen:\n%s", text.data);
	}
	if (t->fd >= 0)
		close(t->fd);
	vterm_free(t->vt);
	buf_release(&t->raw);
	free(t);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void terminal_hang_up(struct terminal *t)
{
	close(t->fd);
	t->fd = -1;
}

void terminal_signal(struct terminal *t, int number)
{
	assert_int_equal(kill(t->pid, number), 0);
}

pid_t terminal_pid(const struct terminal *t)
{
	return t->pid;
}

/* ---- keys */

void terminal_send(struct terminal *t, const void *bytes, size_t n)
{
	const char *at = bytes;
	double deadline = now() + TERMINAL_DEADLINE;
	while (n > 0) {
		ssize_t wrote = write(t->fd, at, n < 4096 ? n : 4096);
		if (wrote > 0) {
			at += wrote;
			n -= (size_t)wrote;
			deadline = now() + TERMINAL_DEADLINE;
			pump(t, 0);
		} else if (now() > deadline) {
			fail_msg("the program takes no keys");
		} else {
			struct pollfd fd = {t->fd, POLLIN | POLLOUT, 0};
			poll(&fd, 1, 100);
			pump(t, 0);
		}
	}
}

void terminal_type(struct terminal *t, const char *keys)
{
	terminal_send(t, keys, strlen(keys));
}

void terminal_paste(struct terminal *t, const char *text, size_t n)
{
	terminal_send(t, "\033[200~", 6);
	terminal_send(t, text, n);
	terminal_send(t, "\033[201~", 6);
}

void terminal_resize(struct terminal *t, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	t->rows = rows;
	t->columns = columns;
	vterm_set_size(t->vt, rows, columns);
	assert_int_equal(ioctl(t->fd, TIOCSWINSZ, &size), 0);
}

/* ---- reading */

int terminal_rows(const struct terminal *t)
{
	return t->rows;
}

int terminal_columns(const struct terminal *t)
{
	return t->columns;
}

static size_t put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

struct terminal_cell terminal_cell(struct terminal *t, int row, int column)
{
	VTermScreenCell cell;
	struct terminal_cell out = {.text = " ", .width = 1, .colour = -1};
	if (!vterm_screen_get_cell(t->cells, (VTermPos){row, column}, &cell))
		return out;
	out.bold = cell.attrs.bold;
	out.reverse = cell.attrs.reverse;
	out.underline = cell.attrs.underline != 0;
	if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) && VTERM_COLOR_IS_INDEXED(&cell.fg))
		out.colour = cell.fg.indexed.idx;
	if (cell.chars[0] == (uint32_t)-1) { /* right half of a wide character */
		out.text[0] = '\0';
		out.width = 0;
		return out;
	}
	if (cell.chars[0] == 0)
		return out;
	out.width = cell.width;
	size_t n = 0;
	for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
		n += put_utf8(cell.chars[i], out.text + n);
	out.text[n] = '\0';
	return out;
}

void terminal_row(struct terminal *t, int row, struct buf *text)
{
	size_t start = text->len;
	for (int column = 0; column < t->columns; column++)
		buf_adds(text, terminal_cell(t, row, column).text);
	while (text->len > start && text->data[text->len - 1] == ' ')
		buf_truncate(text, text->len - 1);
}

void terminal_text(struct terminal *t, struct buf *text)
{
	for (int row = 0; row < t->rows; row++) {
		terminal_row(t, row, text);
		buf_addc(text, '\n');
	}
}

int terminal_find(struct terminal *t, const char *text)
{
	int found = -1;
	for (int row = 0; row < t->rows && found < 0; row++) {
		struct buf line = BUF_INIT;
		terminal_row(t, row, &line);
		if (strstr(line.data, text))
			found = row;
		buf_release(&line);
	}
	return found;
}

static int has_sent(struct terminal *t, void *ctx)
{
	return memmem(t->raw.data, t->raw.len, ctx, strlen(ctx)) != NULL;
}

void terminal_await_bytes(struct terminal *t, const char *bytes)
{
	terminal_await_that(t, has_sent, (void *)(uintptr_t)bytes, "bytes sent to the terminal");
}

int terminal_shows(struct terminal *t, const char *text)
{
	return terminal_find(t, text) >= 0;
}

void terminal_cursor_at(const struct terminal *t, int *row, int *column, int *visible)
{
	*row = t->cursor.row;
	*column = t->cursor.col;
	*visible = t->visible;
}

const char *terminal_titled(const struct terminal *t)
{
	return t->title;
}

/* ---- waiting */

void terminal_await_that(struct terminal *t, int (*test)(struct terminal *t, void *ctx), void *ctx, const char *what)
{
	const char *shorter = getenv("GENBA_DEADLINE"); /* for whoever writes a test and waits for it to fail */
	double deadline = now() + (shorter ? atof(shorter) : TERMINAL_DEADLINE);
	int more = 1;
	while ((t->in_frame && more >= 0) || !test(t, ctx)) {
		more = pump(t, 50);
		if (more <= 0 && !test(t, ctx) && (more < 0 || now() > deadline)) {
			struct buf text = BUF_INIT;
			terminal_text(t, &text);
			kill(t->pid, SIGKILL);
			fprintf(stderr, "%s\n", text.data); /* cmocka cuts long messages */
			fail_msg("waited in vain for %s%s; the screen stands above", what,
			         more < 0 ? " (the program has ended)" : "");
		}
	}
}

static int is_shown(struct terminal *t, void *text)
{
	return terminal_shows(t, text);
}

static int is_gone(struct terminal *t, void *text)
{
	return !terminal_shows(t, text);
}

void terminal_await(struct terminal *t, const char *text)
{
	terminal_await_that(t, is_shown, (void *)(uintptr_t)text, text);
}

void terminal_await_gone(struct terminal *t, const char *text)
{
	char what[256];
	snprintf(what, sizeof what, "the end of '%s'", text);
	terminal_await_that(t, is_gone, (void *)(uintptr_t)text, what);
}

struct in_row {
	int row;
	const char *text;
};

static int is_in_row(struct terminal *t, void *ctx)
{
	const struct in_row *wanted = ctx;
	struct buf line = BUF_INIT;
	terminal_row(t, wanted->row < 0 ? t->rows + wanted->row : wanted->row, &line);
	int found = strstr(line.data, wanted->text) != NULL;
	buf_release(&line);
	return found;
}

void terminal_await_row(struct terminal *t, int row, const char *text)
{
	struct in_row wanted = {row, text};
	char what[256];
	snprintf(what, sizeof what, "'%s' in row %d", text, row);
	terminal_await_that(t, is_in_row, &wanted, what);
}

/* ---- goldens */

/* Ids of commits and digests: 10, 40 or 64 hexadecimal digits that stand alone become #; so do the letters that make the
 * name of the scratch folder. */
static void mask_ids(char *text)
{
	for (char *at = text; (at = strstr(at, "/genba-test-")) && strlen(at) >= 18; at += 18)
		memset(at + 12, '#', 6);
	for (char *at = text; *at;) {
		size_t n = strspn(at, "0123456789abcdef");
		int begins = at == text || !((at[-1] >= '0' && at[-1] <= '9') || (at[-1] >= 'a' && at[-1] <= 'z'));
		int ends = !((at[n] >= 'a' && at[n] <= 'z') || at[n] == '-' || at[n] == ':');
		if (begins && ends && (n == 10 || n == 40 || n == 64))
			memset(at, '#', n);
		at += n ? n : 1;
	}
}

static void describe(const struct terminal_cell *cell, char out[LOOK_TEXT])
{
	char colour[24] = "";
	if (cell->colour >= 0)
		snprintf(colour, sizeof colour, " colour %d", cell->colour);
	snprintf(out, LOOK_TEXT, "%s%s%s%s", cell->bold ? " bold" : "", cell->reverse ? " reverse" : "",
	         cell->underline ? " underline" : "", colour);
}

/* Runs of cells of the same look. Where there is no text, only reverse and underline can be seen. */
static void add_looks(struct terminal *t, int row, struct buf *out)
{
	char before[LOOK_TEXT] = "";
	int from = 0;
	for (int column = 0; column <= t->columns; column++) {
		char look[LOOK_TEXT] = "";
		if (column < t->columns) {
			struct terminal_cell cell = terminal_cell(t, row, column);
			if (cell.width == 0 && column > 0)
				cell = terminal_cell(t, row, column - 1);
			if (strcmp(cell.text, " ") == 0) {
				cell.bold = 0;
				cell.colour = cell.reverse ? cell.colour : -1;
			}
			describe(&cell, look);
		}
		if (strcmp(look, before) == 0 && column < t->columns)
			continue;
		if (*before)
			buf_addf(out, "%d %d-%d%s\n", row, from, column - 1, before);
		snprintf(before, sizeof before, "%s", look);
		from = column;
	}
}

static void picture(struct terminal *t, struct buf *out)
{
	terminal_text(t, out);
	buf_adds(out, "----\n");
	for (int row = 0; row < t->rows; row++)
		add_looks(t, row, out);
	if (t->visible)
		buf_addf(out, "cursor %d %d\n", t->cursor.row, t->cursor.col);
	mask_ids(out->data);
}

struct golden {
	struct buf wanted;
	struct buf got;
};

static int equals_golden(struct terminal *t, void *ctx)
{
	struct golden *g = ctx;
	buf_clear(&g->got);
	picture(t, &g->got);
	return strcmp(g->got.data, g->wanted.data) == 0;
}

static void write_golden(struct terminal *t, const char *path)
{
	struct buf got = BUF_INIT;
	while (pump(t, QUIET_MS) > 0)
		;
	picture(t, &got);
	char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
	mkdir(folder, 0755);
	free(folder);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(got.data, f);
	fclose(f);
	buf_release(&got);
}

/* The lines that differ, side by side one above the other. */
static void add_difference(const struct golden *g, struct buf *out)
{
	const char *a = g->wanted.data;
	const char *b = g->got.data;
	for (unsigned line = 1; *a || *b; line++) {
		size_t n = strcspn(a, "\n");
		size_t m = strcspn(b, "\n");
		if (n != m || memcmp(a, b, n) != 0)
			buf_addf(out, "line %u\n  wanted |%.*s|\n  got    |%.*s|\n", line, (int)n, a, (int)m, b);
		a += n + (a[n] == '\n');
		b += m + (b[m] == '\n');
	}
}

void terminal_golden(struct terminal *t, const char *name)
{
	const char *folder = getenv("GENBA_TEST_DATA");
	const char *mode = getenv("GENBA_GOLDEN");
	char path[512];
	assert_non_null(folder);
	snprintf(path, sizeof path, "%s/screens/%s.txt", folder, name);
	if (mode && strcmp(mode, "write") == 0) {
		write_golden(t, path);
		return;
	}
	struct golden g = {BUF_INIT, BUF_INIT};
	if (buf_read_file(&g.wanted, path, 1U << 20, NULL) < 0)
		fail_msg("there is no golden %s; GENBA_GOLDEN=write makes it", path);
	double deadline = now() + TERMINAL_DEADLINE / 2.0;
	while (!equals_golden(t, &g)) {
		if (pump(t, 50) < 0 || now() > deadline) {
			struct buf difference = BUF_INIT;
			add_difference(&g, &difference);
			kill(t->pid, SIGKILL);
			fail_msg("the screen is not as in %s (if it should not be: GENBA_GOLDEN=write ctest --test-dir "
			         "build -R tui, and review):\n%s",
			         path, difference.data);
		}
	}
	buf_release(&g.wanted);
	buf_release(&g.got);
}
