/* The forms of a page of activity (page.h): text, markdown, HTML, CSV. */
#include "base/buf.h"
#include "base/err.h"
#include "base/markdown.h"
#include "base/printable.h"
#include "outward/desk/page.h"
#include "outward/exchange/csv.h"
#include "outward/report/html.h"

#include <stdlib.h>
#include <string.h>

#define PROSE_CELLS 78 /* it is read on a terminal of 80, and shown in the workbench */

/* ---- text */

/* How a table is made to fit: whole, headings broken at spaces, numbers apart from their shares too, headings broken anywhere. */
enum table_fit { FIT_WHOLE, FIT_WORDS, FIT_SHARES, FIT_ANYWHERE };

/* The widest part of the text that stays together. */
static size_t width_of(const char *text, const char *apart)
{
	size_t most = 0;
	while (*text) {
		const char *end = *apart ? strstr(text, apart) : NULL;
		size_t width = text_width_n(text, end ? (size_t)(end - text) : strlen(text));
		most = width > most ? width : most;
		text = end ? end + 1 : text + strlen(text);
	}
	return most;
}

/* How wide each column is at least. The sum of them with what is between. */
static size_t column_widths(const struct page_block *table, enum table_fit fit, size_t *widths)
{
	size_t sum = 2 * (table->columns - 1);
	for (size_t k = 0; k < table->columns; k++) {
		widths[k] = fit == FIT_ANYWHERE ? 2 : width_of(table->cells[k], fit == FIT_WHOLE ? "" : " ");
		for (size_t i = k + table->columns; i < table->count; i += table->columns) {
			size_t width = width_of(table->cells[i], fit < FIT_SHARES ? "" : " (");
			widths[k] = width > widths[k] ? width : widths[k];
		}
		sum += widths[k];
	}
	return sum;
}

/* What room is left goes to headings that are broken: first to make words whole, those that want least of it, then to the
 * narrowest. */
static void widen_columns(const struct page_block *table, size_t sum, size_t *widths)
{
	for (int words = 1; words >= 0; words--)
		for (size_t best = 0; sum < PROSE_CELLS && best < table->columns;) {
			size_t more = 0;
			best = table->columns;
			for (size_t i = 0; i < table->columns; i++) {
				size_t want = width_of(table->cells[i], words ? " " : "");
				size_t lack = want > widths[i] ? want - widths[i] : 0;
				if (lack == 0 || (words && sum + lack > PROSE_CELLS) ||
				    (best < table->columns && (words ? lack >= more : widths[i] >= widths[best])))
					continue;
				best = i;
				more = words ? lack : 1;
			}
			if (best == table->columns)
				break;
			widths[best] += more;
			sum += more;
		}
}

static void text_cell(const struct page_block *table, size_t column, const char *text, size_t cells, struct buf *out)
{
	size_t width = text_width(text);
	buf_adds(out, column ? "  " : "");
	if (column >= table->keys) /* numbers stand right, what they are of left */
		for (size_t k = width; k < cells; k++)
			buf_addc(out, ' ');
	buf_adds(out, text);
	if (column < table->keys)
		for (size_t k = width; k < cells; k++)
			buf_addc(out, ' ');
	if (column + 1 < table->columns)
		return;
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
	buf_addc(out, '\n');
}

/* A row whose cells may be of several lines. */
static void text_row(const struct page_block *table, size_t first, enum table_fit fit, const size_t *widths,
                     struct buf *out)
{
	char **left = xcalloc(table->columns, sizeof *left);
	char **all = xcalloc(table->columns, sizeof *all);
	int more = 1;
	for (size_t k = 0; k < table->columns; k++) {
		struct buf wrapped = BUF_INIT;
		char *text = xstrdup(table->cells[first + k]);
		char *share = fit < FIT_SHARES || first == 0 ? NULL : strstr(text, " (");
		if (share)
			*share = '\n';
		text_wrap(&wrapped, text, widths[k], 0);
		left[k] = all[k] = buf_take(&wrapped, NULL);
		free(text);
	}
	while (more) {
		more = 0;
		for (size_t k = 0; k < table->columns; k++) {
			size_t n = strcspn(left[k], "\n");
			char *line = xstrndup(left[k], n);
			left[k] += n + (left[k][n] == '\n');
			more |= *left[k] != '\0';
			text_cell(table, k, line, widths[k], out);
			free(line);
		}
	}
	for (size_t k = 0; k < table->columns; k++)
		free(all[k]);
	free(all);
	free(left);
}

static void text_of_table(const struct page_block *table, struct buf *out)
{
	size_t *widths = xcalloc(table->columns, sizeof *widths);
	enum table_fit fit = FIT_WHOLE;
	size_t sum;
	while ((sum = column_widths(table, fit, widths)) > PROSE_CELLS && fit < FIT_ANYWHERE)
		fit++;
	widen_columns(table, sum, widths);
	for (size_t i = 0; i < table->count; i += table->columns)
		text_row(table, i, fit, widths, out);
	free(widths);
}

void page_text(const struct page *page, struct buf *out)
{
	buf_addf(out, "%s\n\n", page->title);
	for (size_t i = 0; i < page->count; i++) {
		const struct page_block *b = &page->blocks[i];
		if (b->sort == PAGE_BLOCK_HEADING)
			buf_addf(out, "\n%s\n", b->text);
		else if (b->sort == PAGE_BLOCK_TEXT) {
			text_wrap(out, b->text, PROSE_CELLS, 0);
			buf_addc(out, '\n');
		} else if (b->sort == PAGE_BLOCK_TABLE)
			text_of_table(b, out);
	}
}

/* ---- markdown */

/* What markdown would read as a mark: names may be on the page. */
static void markdown_text(const char *text, struct buf *out)
{
	markdown_add(out, text, strlen(text), "\\`*_{}[]#|<>&~");
}

void page_markdown(const struct page *page, struct buf *out)
{
	buf_adds(out, "# ");
	markdown_text(page->title, out);
	buf_adds(out, "\n\n");
	for (size_t i = 0; i < page->count; i++) {
		const struct page_block *b = &page->blocks[i];
		if (b->sort == PAGE_BLOCK_BARS)
			continue;
		if (b->sort == PAGE_BLOCK_HEADING)
			buf_adds(out, "## ");
		if (b->sort != PAGE_BLOCK_TABLE) {
			markdown_text(b->text, out);
			buf_adds(out, "\n\n");
			continue;
		}
		for (size_t k = 0; k < b->count; k++) {
			buf_adds(out, "| ");
			markdown_text(b->cells[k], out);
			buf_adds(out, (k + 1) % b->columns ? " " : " |\n");
			for (size_t c = 0; k + 1 == b->columns && c < b->columns; c++)
				buf_adds(out, c ? "|--:" : "|---");
			if (k + 1 == b->columns)
				buf_adds(out, "|\n");
		}
		buf_addc(out, '\n');
	}
}

/* ---- HTML */

static const char style[] =
    "@page{size:A4;margin:18mm 16mm}body{font:11pt/1.5 sans-serif;max-width:178mm;margin:2em auto;padding:0 "
    "1em;color:#111}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin:1.4em 0 .3em;break-after:avoid}p{margin:.4em 0}"
    "table{border-collapse:collapse;margin:.5em 0;font-size:.9em}th,td{border-bottom:1px solid #bbb;padding:.2em .7em;"
    "text-align:right}th:first-child,td:first-child{text-align:left}th{border-bottom:2px solid #555}"
    "td{white-space:nowrap}.text{text-align:left}.wide{font-size:.74em}.wide th,.wide td{padding:.2em .35em}"
    "tr{break-inside:avoid}svg{display:block;max-width:100%;height:auto}";

#define BAR_HEIGHT 150
#define BAR_WIDTH  16
#define BAR_LEFT   20

/* Bars of different fill and a number above each: colour never says it alone. */
static void bars(const struct page_block *b, struct buf *out)
{
	static const char *const fills[] = {"#335c81", "#e0a030", "#7b9e6b"};
	size_t series = b->columns - 1;
	size_t groups = b->count / b->columns - 1;
	long most = 1;
	for (size_t i = b->columns; i < b->count; i++)
		if (i % b->columns && strtol(b->cells[i], NULL, 10) > most)
			most = strtol(b->cells[i], NULL, 10);
	size_t group_width = series * BAR_WIDTH + 56;
	size_t width = BAR_LEFT * 2 + groups * group_width;
	buf_addf(
	    out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%d\" viewBox=\"0 0 %zu %d\" role=\"img\" "
	    "aria-label=\"",
	    width < 460 ? (size_t)460 : width, BAR_HEIGHT + 70, width < 460 ? (size_t)460 : width, BAR_HEIGHT + 70);
	html_text(out, b->text);
	buf_adds(out, "\" font-family=\"sans-serif\" font-size=\"11\">\n");
	for (size_t s = 0; s < series; s++) {
		buf_addf(out,
		         "<rect x=\"%zu\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/><text x=\"%zu\" y=\"%d\">",
		         BAR_LEFT + s * 150, BAR_HEIGHT + 52, fills[s % 3], BAR_LEFT + s * 150 + 14, BAR_HEIGHT + 61);
		html_text(out, b->cells[s + 1]);
		buf_adds(out, "</text>\n");
	}
	for (size_t g = 0; g < groups; g++) {
		char *const *row = b->cells + (g + 1) * b->columns;
		size_t x = BAR_LEFT + g * group_width;
		for (size_t s = 0; s < series; s++) {
			char *end;
			long n = strtol(row[s + 1], &end, 10);
			long height = *end || end == row[s + 1] ? 0 : n * BAR_HEIGHT / most; /* "<3" has no bar */
			buf_addf(out,
			         "<rect x=\"%zu\" y=\"%ld\" width=\"%d\" height=\"%ld\" fill=\"%s\"/><text x=\"%zu\" "
			         "y=\"%ld\" "
			         "text-anchor=\"middle\">",
			         x + s * BAR_WIDTH, 16 + BAR_HEIGHT - height, BAR_WIDTH - 2, height, fills[s % 3],
			         x + s * BAR_WIDTH + BAR_WIDTH / 2, 12 + BAR_HEIGHT - height);
			html_text(out, row[s + 1]);
			buf_adds(out, "</text>\n");
		}
		buf_addf(out, "<text x=\"%zu\" y=\"%d\">", x, BAR_HEIGHT + 34);
		html_text(out, row[0]);
		buf_adds(out, "</text>\n");
	}
	buf_adds(out, "</svg>\n");
}

#define WIDE 6 /* columns of a table whose letters are smaller */

/* By its first row: numbers, "<3" and nothing stand at the right. */
static int is_column_of_text(const struct page_block *b, size_t column)
{
	const char *cell = b->columns + column < b->count ? b->cells[b->columns + column] : "";
	return *cell && *cell != '<' && (*cell < '0' || *cell > '9');
}

static void html_table(const struct page_block *b, struct buf *out)
{
	buf_adds(out, b->columns > WIDE ? "<table class=\"wide\">\n" : "<table>\n");
	for (size_t i = 0; b->columns && i < b->count; i++) {
		const char *tag = i < b->columns ? "th" : "td";
		const char *class = is_column_of_text(b, i % b->columns) ? " class=\"text\"" : "";
		buf_addf(out, "%s<%s%s>", i % b->columns ? "" : "<tr>", tag, class);
		html_text(out, b->cells[i]);
		buf_addf(out, "</%s>%s", tag, (i + 1) % b->columns ? "" : "</tr>\n");
	}
	buf_adds(out, "</table>\n");
}

void page_html(const struct page *page, struct buf *out)
{
	html_begin(out, page->title, style);
	buf_adds(out, "<h1>");
	html_text(out, page->title);
	buf_adds(out, "</h1>\n");
	for (size_t i = 0; i < page->count; i++) {
		const struct page_block *b = &page->blocks[i];
		if (b->sort == PAGE_BLOCK_TABLE) {
			html_table(b, out);
		} else if (b->sort == PAGE_BLOCK_BARS) {
			bars(b, out);
		} else {
			const char *tag = b->sort == PAGE_BLOCK_HEADING ? "h2" : "p";
			buf_addf(out, "<%s>", tag);
			html_text(out, b->text);
			buf_addf(out, "</%s>\n", tag);
		}
	}
	buf_adds(out, "</body></html>\n");
}

/* ---- CSV: a row for each number, under the name of its table */

void page_csv(const struct page *page, struct buf *out)
{
	buf_adds(out, "table,row,column,value\r\n");
	for (size_t i = 0; i < page->count; i++) {
		const struct page_block *b = &page->blocks[i];
		if (b->sort != PAGE_BLOCK_TABLE)
			continue;
		for (size_t k = b->columns; k < b->count; k++) {
			size_t first = k - k % b->columns;
			struct buf row = BUF_INIT;
			if (k - first < b->keys)
				continue;
			for (size_t key = 0; key < b->keys; key++)
				buf_addf(&row, "%s%s", key ? " / " : "", b->cells[first + key]);
			csv_cell(out, b->text, 1);
			csv_cell(out, row.data, 0);
			csv_cell(out, b->cells[k % b->columns], 0);
			csv_cell(out, b->cells[k], 0);
			buf_adds(out, "\r\n");
			buf_release(&row);
		}
	}
}
