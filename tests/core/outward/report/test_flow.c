/* The graph of the attack: every act is drawn, boxes do not overlap, any graph comes to an end. */
#include "outward/report/flow.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_node(struct flow *f, const char *label, const char *title)
{
	f->nodes = xrealloc(f->nodes, (f->node_count + 1) * sizeof *f->nodes);
	struct flow_node *node = &f->nodes[f->node_count++];
	memset(node, 0, sizeof *node);
	snprintf(node->label, sizeof node->label, "%s", label);
	node->title = printable_dup(title);
}

static void add_act(struct flow *f, size_t from, size_t to, const char *mark, int failed)
{
	f->acts = xrealloc(f->acts, (f->act_count + 1) * sizeof *f->acts);
	struct flow_act *act = &f->acts[f->act_count++];
	memset(act, 0, sizeof *act);
	snprintf(act->label, sizeof act->label, "R1-F%zu", f->act_count);
	act->from = from;
	act->to = to;
	act->number = xstrdup(mark);
	act->line = xstrdup(mark);
	act->failed = failed;
}

static void assert_apart(const struct flow *f)
{
	for (size_t i = 0; i < f->node_count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct flow_node *a = &f->nodes[i];
			const struct flow_node *b = &f->nodes[k];
			if (!a->seen || !b->seen)
				continue;
			int across = a->x < b->x + f->box_width && b->x < a->x + f->box_width;
			int down = a->y < b->y + f->box_height && b->y < a->y + f->box_height;
			assert_false(across && down);
		}
}

static void draw(struct flow *f, size_t acts, int columns, struct buf *out)
{
	flow_layout(f, acts, columns);
	assert_apart(f);
	flow_draw(f, out);
}

static void story(struct flow *f)
{
	memset(f, 0, sizeof *f);
	add_node(f, "R1-P1", "従業員A");
	add_node(f, "R1-A1", "従業員Aの端末");
	add_node(f, "R1-I1", "c2.example");
	add_node(f, "R1-A2", "ファイルサーバ");
	add_act(f, 0, 1, "①", 0);
	add_act(f, 1, 2, "②", 0);
	add_act(f, 1, 3, "③", 1);
	add_act(f, 3, 1, "④", 0); /* back: a cycle */
	add_act(f, 1, 2, "⑤", 0); /* the same line as ② */
}

static void test_story(void **state)
{
	(void)state;
	static const char *const wanted[] = {"①", "②⑤", "③", "④", "R1-P1", "R1-A1", "R1-I1", "R1-A2", "╌", "<", ">"};
	struct flow f;
	struct buf out = BUF_INIT;
	story(&f);
	draw(&f, f.act_count, 78, &out);
	assert_true(f.width <= 78);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		if (!strstr(out.data, wanted[i]))
			print_error("no %s in\n%s", wanted[i], out.data);
		assert_non_null(strstr(out.data, wanted[i]));
	}
	/* every line is as wide as it says: boxes end where they begin on each row */
	for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(text_width(line) <= (size_t)f.width);
	buf_release(&out);
	flow_release(&f);
}

/* 1 and 2 on one line are not the twelfth act. */
static void test_numbers_of_one_line_stay_apart(void **state)
{
	(void)state;
	struct flow f;
	struct buf out = BUF_INIT;
	memset(&f, 0, sizeof f);
	add_node(&f, "R1-P1", "a");
	add_node(&f, "R1-A1", "b");
	add_act(&f, 0, 1, "1", 0);
	add_act(&f, 0, 1, "2", 0);
	add_act(&f, 0, 1, "③", 0);
	draw(&f, 3, 78, &out);
	assert_string_equal(f.links[0].numbers, "1,2③");
	assert_non_null(strstr(out.data, "1,2"));
	for (int i = 0; i < 60; i++) /* as many as there is room for */
		add_act(&f, 0, 1, "44", 0);
	flow_layout(&f, f.act_count, 78);
	assert_true(strlen(f.links[0].numbers) < sizeof f.links[0].numbers);
	add_act(&f, 1, 0, "a証拠の番号がとても長いので線の上には書ききれない印です", 0);
	flow_layout(&f, f.act_count, 78);
	assert_string_equal(f.links[1].numbers, "a証拠の番号がとても長いので線の上には書き");
	buf_release(&out);
	flow_release(&f);
}

static void test_step_by_step(void **state)
{
	(void)state;
	struct flow f;
	struct buf out = BUF_INIT;
	story(&f);
	draw(&f, 1, 78, &out);
	assert_non_null(strstr(out.data, "①"));
	assert_null(strstr(out.data, "②"));
	assert_null(strstr(out.data, "R1-I1"));
	buf_clear(&out);
	draw(&f, 0, 78, &out);
	assert_null(strstr(out.data, "①"));
	buf_release(&out);
	flow_release(&f);
}

static void test_hostile_svg(void **state)
{
	(void)state;
	struct flow f;
	struct buf out = BUF_INIT;
	memset(&f, 0, sizeof f);
	add_node(&f, "R1-P1", "<script>alert(1)</script>");
	add_node(&f, "R1-A1", "\"&\033[31m");
	add_act(&f, 0, 1, "<①>", 0);
	flow_layout(&f, 1, 78);
	flow_svg(&f, "</svg><script>", "TLP:RED · <script>", 1, &out);
	assert_non_null(strstr(out.data, "TLP:RED"));
	assert_non_null(strstr(out.data, "doubtful, or open"));
	assert_null(strstr(out.data, "<script"));
	assert_null(strchr(out.data, '\033'));
	buf_release(&out);
	flow_release(&f);
}

/* A title that does not fit ends with an ellipsis, also where it is cut between words. */
static void test_long_titles_are_cut_visibly(void **state)
{
	(void)state;
	static const char *const titles[][2] = {{"Business mail of organisation A and of everybody else", "…</text>"},
	                                        {"aa bb cc", NULL},
	                                        {"業務メールサーバと共有フォルダと人事の端末のすべて", "…</text>"},
	                                        {"Pneumonoultramicroscopicsilicovolcanoconiosis and more", "…</text>"}};
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
		struct flow f;
		struct buf out = BUF_INIT;
		memset(&f, 0, sizeof f);
		add_node(&f, "R1-P1", titles[i][0]);
		add_node(&f, "R1-A1", "b");
		add_act(&f, 0, 1, "1", 0);
		flow_layout(&f, 1, 30);
		flow_svg(&f, "t", NULL, 1, &out);
		assert_true((strstr(out.data, "…") != NULL) == (titles[i][1] != NULL));
		if (titles[i][1])
			assert_non_null(strstr(out.data, titles[i][1]));
		buf_release(&out);
		flow_release(&f);
	}
}

/* Graphs of every density, with cycles and acts on oneself, come to an end and stay apart. */
static void test_any_graph(void **state)
{
	(void)state;
	unsigned seed = 1;
	for (unsigned round = 0; round < 60; round++) {
		struct flow f;
		struct buf out = BUF_INIT;
		memset(&f, 0, sizeof f);
		unsigned nodes = 1 + round % 30;
		for (unsigned i = 0; i < nodes; i++)
			add_node(&f, "R1-A1", "x");
		for (unsigned i = 0; i < round; i++) {
			seed = seed * 1103515245U + 12345U;
			add_act(&f, (seed >> 8) % nodes, (seed >> 20) % nodes, "1", 0);
		}
		draw(&f, f.act_count, 78, &out);
		buf_release(&out);
		flow_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_story),       cmocka_unit_test(test_step_by_step),
	    cmocka_unit_test(test_hostile_svg), cmocka_unit_test(test_long_titles_are_cut_visibly),
	    cmocka_unit_test(test_any_graph),   cmocka_unit_test(test_numbers_of_one_line_stay_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
