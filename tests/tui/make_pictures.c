/*
 * Pictures of the practice case's screens for the README: SVG drawn from the cells of the real program on a real
 * pseudo-terminal.
 *
 *     GENBA=build/tui/genba build/tests/make_pictures man/pictures
 */
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#define CELL_WIDTH  8.4 /* pixels, at 14 pixels of letter height */
#define CELL_HEIGHT 18
#define MARGIN      10

static const char *folder;
static struct program program;

/* Colours of the dark theme, by the terminal's numbers. */
static const char *colour_of(int colour)
{
	static const char *const names[] = {"#5c6370", "#ff6b6b", "#7bd88f", "#ffd866",
	                                    "#6ea8fe", "#d6a0ff", "#5ad4e6", "#e6e6e6"};
	return colour >= 0 && colour < 16 ? names[colour % 8] : "#d7dae0";
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else
			fputc(*text, out);
	}
}

static int same_look(const struct terminal_cell *a, const struct terminal_cell *b)
{
	return a->bold == b->bold && a->reverse == b->reverse && a->colour == b->colour;
}

/* A sign that many fonts have only in the width of a kanji (circled numbers, arrows, ⎇): it is compressed into its cell. */
static int may_be_wide(const struct terminal_cell *cell)
{
	utf8proc_int32_t c = 0;
	utf8proc_iterate((const utf8proc_uint8_t *)cell->text, -1, &c);
	return cell->width == 1 && c >= 0x2000 && !(c >= 0x2500 && c < 0x2580);
}

/*
 * Neighbouring cells of one look are one text whose every character has its own x: no font, and no reader that folds
 * spaces, can move it off its cell.
 */
static void draw_run(FILE *out, struct terminal *t, int row, int from, int to)
{
	int y = MARGIN + row * CELL_HEIGHT;
	struct terminal_cell look = terminal_cell(t, row, from);
	struct buf text = BUF_INIT;
	struct buf places = BUF_INIT;
	if (look.reverse)
		fprintf(out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#d7dae0\"/>\n",
		        MARGIN + from * CELL_WIDTH, y, (to - from) * CELL_WIDTH, CELL_HEIGHT);
	const char *colour = look.reverse ? "#16181d" : colour_of(look.colour);
	const char *weight = look.bold ? " font-weight=\"bold\"" : "";
	for (int column = from; column < to; column++) {
		struct terminal_cell cell = terminal_cell(t, row, column);
		if (cell.width == 0 || strcmp(cell.text, " ") == 0)
			continue;
		double x = MARGIN + column * CELL_WIDTH;
		if (may_be_wide(&cell)) {
			fprintf(out,
			        "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\" "
			        "fill=\"%s\"%s>%s</text>\n",
			        x, y + 14, CELL_WIDTH, colour, weight, cell.text);
			continue;
		}
		/* a cell may hold a letter and its accents: one place for each character */
		for (const char *at = cell.text; *at; at++)
			if (((unsigned char)*at & 0xC0) != 0x80)
				buf_addf(&places, "%s%.1f", places.len ? " " : "", x);
		buf_adds(&text, cell.text);
	}
	if (text.len) {
		fprintf(out, "<text x=\"%s\" y=\"%d\" fill=\"%s\"%s>", places.data, y + 14, colour, weight);
		put_escaped(out, text.data);
		fputs("</text>\n", out);
	}
	buf_release(&text);
	buf_release(&places);
}

static void draw_row(FILE *out, struct terminal *t, int row)
{
	int columns = terminal_columns(t);
	for (int from = 0, to; from < columns; from = to) {
		struct terminal_cell first = terminal_cell(t, row, from);
		for (to = from + 1; to < columns; to++) {
			struct terminal_cell cell = terminal_cell(t, row, to);
			if (cell.width > 0 && !same_look(&cell, &first))
				break;
		}
		draw_run(out, t, row, from, to);
	}
}

static void draw(struct terminal *t, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.svg", folder, name);
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	int width = (int)(terminal_columns(t) * CELL_WIDTH) + 2 * MARGIN;
	int height = terminal_rows(t) * CELL_HEIGHT + 2 * MARGIN;
	fprintf(out,
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
	        "<desc xml:space=\"preserve\">",
	        width, height, width, height);
	struct buf rows = BUF_INIT;
	terminal_text(t, &rows); /* for those who cannot see it, and for the test that compares */
	put_escaped(out, rows.data);
	buf_release(&rows);
	fputs("</desc>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#16181d\"/>\n"
	      "<g font-family=\"'DejaVu Sans Mono','Noto Sans Mono CJK JP','IPAGothic',monospace\" font-size=\"14\">\n",
	      out);
	for (int row = 0; row < terminal_rows(t); row++)
		draw_row(out, t, row);
	fputs("</g>\n</svg>\n", out);
	assert_int_equal(fclose(out), 0);
	printf("%s\n", path);
}

struct quiet {
	struct buf before;
	int rounds;
};

/* The screen has not changed for some rounds of waiting: a picture need not be the same at every run. */
static int is_quiet(struct terminal *t, void *ctx)
{
	struct quiet *q = ctx;
	struct buf text = BUF_INIT;
	terminal_text(t, &text);
	q->rounds = strcmp(text.data, q->before.data) == 0 ? q->rounds + 1 : 0;
	buf_release(&q->before);
	q->before = text;
	return q->rounds >= 10;
}

static void picture(const char *language, int rows, int columns, const char *keys, const char *title, const char *name)
{
	struct terminal *t = terminal_open(rows, columns, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, strcmp(language, "ja") == 0 ? "ボード" : "Board");
	terminal_type(t, keys);
	terminal_await_row(t, 1, title);
	struct quiet quiet = {BUF_INIT, 0};
	terminal_await_that(t, is_quiet, &quiet, "a screen that stands");
	buf_release(&quiet.before);
	draw(t, name);
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
}

static void make_pictures(void **state)
{
	(void)state;
	program_init(&program);
	program_demo(&program, "en");
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	picture("en", 24, 80, "", "Board", "board");
	picture("en", 24, 80, "2", "Playbook", "playbook");
	picture("en", 24, 100, "5", "Timeline", "timeline");
	picture("en", 40, 110, "A", "Flow", "flow");
	program_release(&program);
	program_init(&program);
	program_demo(&program, "ja");
	picture("ja", 24, 80, "", "ボード", "board-ja");
	program_release(&program);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(make_pictures)};
	if (argc != 2) {
		fputs("usage: GENBA=PROGRAM make_pictures FOLDER\n", stderr);
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
