/* The brief on one page: what is cut and how it is said; what must not be overlooked is cut last. */
#include "base/buf.h"
#include "base/printable.h"
#include "outward/brief/brief.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct brief *b, enum brief_sort sort, const char *text, const char *name, int is_none)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		b->rows = xrealloc(b->rows, b->cap * sizeof *b->rows);
	}
	b->rows[b->count++] = (struct brief_row){
	    .sort = sort, .text = xstrdup(text), .name = name ? xstrdup(name) : NULL, .is_none = is_none};
}

static void add_section(struct brief *b, const char *title, enum brief_sort sort, size_t records)
{
	add(b, BRIEF_HEADING, title, NULL, 0);
	for (size_t i = 0; i < records; i++) {
		char *name = xasprintf("PC-%03zu", i);
		char *text = xasprintf("%s · %s: %0100d", name, title, 1);
		add(b, sort, text, name, 0);
		free(text);
		free(name);
	}
	if (records == 0)
		add(b, BRIEF_LINE, "none on record", NULL, 1);
}

static size_t lines_of(const struct brief *b, struct buf *text)
{
	size_t lines = 0;
	brief_text(b, text);
	for (char *p = text->data; *p;) {
		size_t n = strcspn(p, "\n");
		size_t width = text_width_n(p, n);
		lines += width ? (width + BRIEF_COLUMNS - 1) / BRIEF_COLUMNS : 1;
		p += n + (p[n] == '\n');
	}
	return lines;
}

static struct brief begin(void)
{
	struct brief b = {.title = xstrdup("Slow terminal"), .state = xstrdup("TLP:AMBER · case 1")};
	add(&b, BRIEF_HEADING, "State", NULL, 0);
	add(&b, BRIEF_LINE, "stage: unknown", NULL, 0);
	add(&b, BRIEF_LINE, "severity: unknown", NULL, 0);
	return b;
}

/* Of a section that kept only the first of its records the others count, too. */
static void what_was_not_kept_is_counted(void **state)
{
	struct brief b = begin();
	struct buf text = BUF_INIT;
	(void)state;
	add_section(&b, "Infected and not isolated", BRIEF_ALARM, 40);
	for (size_t i = 0; i < b.count; i++)
		if (strcmp(b.rows[i].text, "Infected and not isolated") == 0)
			b.rows[i].more = 1000;
	for (int i = 0; i < 12; i++)
		add_section(&b, "Facts", BRIEF_ITEM, 12);
	brief_fit(&b);
	brief_text(&b, &text);
	size_t shown = 0;
	const char *facts = strstr(text.data, "Facts");
	assert_non_null(facts);
	for (const char *p = text.data; (p = strstr(p, "! PC-")) && p < facts; p++)
		shown++;
	char *said = xasprintf("and %zu more", 1040 - shown);
	if (!strstr(text.data, said))
		fail_msg("no '%s':\n%s", said, text.data);
	free(said);
	buf_release(&text);
	brief_release(&b);
}

static void what_fits_is_left_alone(void **state)
{
	struct brief b = begin();
	struct buf before = BUF_INIT;
	struct buf after = BUF_INIT;
	(void)state;
	add_section(&b, "Infected and not isolated", BRIEF_ALARM, 5);
	add_section(&b, "Decided", BRIEF_ITEM, 0);
	brief_text(&b, &before);
	assert_non_null(strstr(before.data, "…"));
	brief_fit(&b);
	brief_text(&b, &after);
	assert_null(strstr(after.data, "…")); /* a page with room cuts nothing */
	assert_non_null(strstr(after.data, "! PC-004"));
	assert_non_null(strstr(after.data, "none on record"));
	buf_release(&before);
	buf_release(&after);
	brief_release(&b);
}

static void a_large_case_is_one_page(void **state)
{
	static const size_t sizes[] = {13, 40, 300, 3000};
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct brief b = begin();
		struct buf text = BUF_INIT;
		char title[32];
		add_section(&b, "Infected and not isolated", BRIEF_ALARM, sizes[i]);
		for (int k = 0; k < 12; k++) {
			snprintf(title, sizeof title, "Section %c", 'A' + k);
			add_section(&b, title, BRIEF_ITEM, k % 4 == 3 ? 0 : sizes[i]);
		}
		add_section(&b, "Cause", BRIEF_ITEM, 0);
		b.rows[b.count - 1].is_none_open = 1;
		brief_fit(&b);
		size_t lines = lines_of(&b, &text);
		if (lines > BRIEF_LINES)
			fail_msg("%zu records a section: %zu lines\n%s", sizes[i], lines, text.data);
		assert_non_null(strstr(text.data, "! PC-000"));
		assert_non_null(
		    strstr(text.data, "! PC-001")); /* of what must not be overlooked there is more than one */
		assert_non_null(strstr(text.data, " more: PC-"));
		assert_non_null(strstr(text.data, "Section D · Section H · Section L\n"));
		assert_non_null(strstr(text.data, "No open measure of"));
		/* what stands there and what is said to be left out are all of them */
		size_t shown = 0;
		size_t rest = 0;
		for (size_t k = 0; k < b.count; k++) {
			shown += b.rows[k].sort == BRIEF_ALARM && b.rows[k].name;
			if (b.rows[k].sort == BRIEF_ALARM && !b.rows[k].name)
				assert_int_equal(sscanf(b.rows[k].text, "and %zu more", &rest), 1);
		}
		assert_int_equal(shown + rest, sizes[i]);
		buf_release(&text);
		brief_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_fits_is_left_alone),
	    cmocka_unit_test(what_was_not_kept_is_counted),
	    cmocka_unit_test(a_large_case_is_one_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
