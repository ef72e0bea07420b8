/*
 * Loading playbooks: all shipped ones within 50 ms, and hostile files of 2 MiB
 * refused within 1 s and 64 MB of memory, each in a process of its own. The peer
 * is libyaml alone, which only scans the same bytes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "playbook/load/playbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml.h>

#define ROUNDS 31

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, compare);
	return values[n / 2];
}

static double load_all(void)
{
	double begin = clock_steady();
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct playbook *p = playbook_find(playbook_builtin_name(i), NULL);
		if (!p)
			exit(1);
		playbook_free(p);
	}
	return clock_steady() - begin;
}

/* The peer: the events of the same bytes, and nothing made of them. */
static double scan_all(void)
{
	double took = 0;
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct playbook *p = playbook_find(playbook_builtin_name(i), NULL);
		yaml_parser_t parser;
		yaml_event_t event;
		int more = p != NULL;
		double begin = clock_steady();
		yaml_parser_initialize(&parser);
		if (p)
			yaml_parser_set_input_string(&parser, (const unsigned char *)p->text, p->size);
		while (more && yaml_parser_parse(&parser, &event)) {
			more = event.type != YAML_STREAM_END_EVENT;
			yaml_event_delete(&event);
		}
		yaml_parser_delete(&parser);
		took += clock_steady() - begin;
		playbook_free(p);
	}
	return took;
}

/* ---- hostile files */

static void many(struct buf *b, const char *head, const char *piece, const char *tail)
{
	buf_adds(b, head);
	while (b->len + strlen(piece) + strlen(tail) < PLAYBOOK_LIMIT)
		buf_adds(b, piece);
	buf_adds(b, tail);
}

static void numbered(struct buf *b, const char *head, const char *format, const char *tail)
{
	buf_adds(b, head);
	for (unsigned i = 0; b->len + 200 < PLAYBOOK_LIMIT; i++) {
		char piece[160];
		snprintf(piece, sizeof piece, "%.90s", format);
		buf_adds(b, piece);
		buf_addf(b, "%u: x\n", i);
	}
	buf_adds(b, tail);
}

struct hostile {
	const char *name;
	const char *head;
	const char *piece;
	const char *tail;
};

#define YAML_HEAD "type: playbook\nspec_version: cacao-2.0\nname: x\nworkflow_start: s\nworkflow:\n"
#define JSON_HEAD \
	"{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"name\":\"x\",\"workflow_start\":\"s\",\"workflow\":"

static const struct hostile files[] = {
    {"brackets.yaml", "a: ", "[", ""},
    {"braces.yaml", "a: ", "{a: ", ""},
    {"items.yaml", "", "- a\n", ""},
    {"indents.yaml", "", "- - - - - - - - - - a\n", ""},
    {"one-text.yaml", "name: \"", "aaaaaaaaaaaaaaaa", "\"\n"},
    {"quotes.yaml", "", "\"a\": \"b\"\n", ""},
    {"question.yaml", "", "? a\n", ""},
    {"colons.yaml", "", "a: b: c: d: ", ""},
    {"comments.yaml", "", "#\n", ""},
    {"one-line.yaml", "a: ", "b c d e f g ", "\n"},
    {"escapes.yaml", "a: \"", "\\u0041\\n", "\"\n"},
    {"brackets.json", "{\"a\":", "[", ""},
    {"numbers.json", "{\"a\":[", "0,", "0]}"},
    {"strings.json", "{\"a\":[", "\"\",", "0]}"},
    {"objects.json", "{\"a\":[", "{},", "0]}"},
    {"one-text.json", "{\"a\":\"", "aaaaaaaa", "\"}"},
    {"exponents.json", "{\"a\":", "1", "e9}"},
};

/* Parallels of parallels, and a long chain written backwards: what the checker of the flow likes least. */
static void flow(struct buf *b, const char *kind)
{
	buf_adds(b, JSON_HEAD "{\"s\":{\"type\":\"start\",\"on_completion\":\"a0\"},\"end\":{\"type\":\"end\"}");
	for (int i = 1997; i >= 0; i--) {
		if (strcmp(kind, "wide") == 0)
			buf_addf(b, ",\"a%d\":{\"type\":\"parallel\",\"next_steps\":[\"a%d\",\"a%d\"]}", i, i + 1,
			         (i * 7 + 3) % 1998);
		else
			buf_addf(b, ",\"a%d\":{\"type\":\"action\",\"on_success\":\"a%d\",\"on_failure\":\"a%d\"}", i,
			         (i * 5 + 1) % 1998, (i * 3 + 7) % 1998);
	}
	buf_adds(b, "}}");
}

/* In a child: seconds and peak memory above that of an empty child. */
static int refuse(const char *name, const struct buf *text, double *seconds, long *kib)
{
	int ends[2];
	struct rusage usage;
	int status;
	if (pipe(ends) < 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		struct err err = ERR_INIT;
		double begin = clock_steady();
		struct playbook *p = playbook_load(name, text->data, text->len, &err);
		double took = clock_steady() - begin;
		if (write(ends[1], &took, sizeof took) != sizeof took)
			_exit(2);
		_exit(p ? 1 : 0);
	}
	close(ends[1]);
	int rc = read(ends[0], seconds, sizeof *seconds) == sizeof *seconds ? 0 : -1;
	close(ends[0]);
	if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		rc = -1;
	*kib = usage.ru_maxrss;
	return rc;
}

static int check_hostile(const char *name, const struct buf *text, double *worst, long *most)
{
	double seconds;
	long kib;
	if (refuse(name, text, &seconds, &kib) < 0) {
		printf("%-18s not refused\n", name);
		return -1;
	}
	if (seconds > *worst)
		*worst = seconds;
	if (kib > *most)
		*most = kib;
	printf("%-18s %8zu bytes refused in %6.1f ms, peak %5.1f MB of the whole process\n", name, text->len,
	       seconds * 1000, (double)kib / 1024);
	return 0;
}

int main(void)
{
	double loads[ROUNDS];
	double scans[ROUNDS];
	double worst = 0;
	long most = 0;
	int bad = 0;
	for (size_t i = 0; i < ROUNDS; i++) {
		loads[i] = load_all();
		scans[i] = scan_all();
	}
	double load = median(loads, ROUNDS);
	printf("all shipped playbooks: %.2f ms to load and check; libyaml alone scans them in %.2f ms\n", load * 1000,
	       median(scans, ROUNDS) * 1000);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct buf text = BUF_INIT;
		many(&text, files[i].head, files[i].piece, files[i].tail);
		bad |= check_hostile(files[i].name, &text, &worst, &most);
		buf_release(&text);
	}
	static const char *const flows[] = {"wide", "chain"};
	for (size_t i = 0; i < 2; i++) {
		struct buf text = BUF_INIT;
		flow(&text, flows[i]);
		bad |= check_hostile(flows[i], &text, &worst, &most);
		buf_release(&text);
	}
	struct buf keys = BUF_INIT;
	numbered(&keys, YAML_HEAD,
	         "a-key-that-is-long-and-is-followed-by-many-others-like-it-so-that-pointers-are-long-", "");
	bad |= check_hostile("keys.yaml", &keys, &worst, &most);
	buf_release(&keys);
	printf("worst: %.0f ms, %.1f MB\n", worst * 1000, (double)most / 1024);
	if (load > 0.05 || worst > 1 || most > 64 * 1024 || bad) {
		printf("a bound is missed: 50 ms, 1 s, 64 MB\n");
		return 1;
	}
	return 0;
}
