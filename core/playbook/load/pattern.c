#include "playbook/load/pattern.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NEST   32
#define REPEAT 64

enum operation { OP_SET, OP_SPLIT, OP_JUMP, OP_BEGIN, OP_END, OP_MATCH };

struct pattern_state {
	enum operation op;
	int to;                /* SPLIT, JUMP */
	int other;             /* SPLIT */
	unsigned char set[32]; /* SET: which bytes */
};

struct compiler {
	const unsigned char *p;
	struct pattern_state *states;
	int count;
	int depth;
	int bad;
};

/* ---- sets of bytes */

static void set_add(unsigned char set[32], unsigned from, unsigned to)
{
	for (unsigned b = from; b <= to && b < 256; b++)
		set[b >> 3] = (unsigned char)(set[b >> 3] | 1U << (b & 7));
}

static int set_has(const unsigned char set[32], unsigned char b)
{
	return set[b >> 3] >> (b & 7) & 1;
}

static void set_invert(unsigned char set[32])
{
	for (int i = 0; i < 32; i++)
		set[i] = (unsigned char)~set[i];
}

/* \d \w \s and, inverted, \D \W \S. 0 if the letter names no class. */
static int set_class(unsigned char set[32], unsigned char letter)
{
	unsigned char class[32] = {0};
	unsigned char lower = letter | 0x20;
	if (lower == 'd') {
		set_add(class, '0', '9');
	} else if (lower == 'w') {
		set_add(class, '0', '9');
		set_add(class, 'A', 'Z');
		set_add(class, 'a', 'z');
		set_add(class, '_', '_');
	} else if (lower == 's') {
		set_add(class, '\t', '\r');
		set_add(class, ' ', ' ');
	} else {
		return 0;
	}
	if (letter != lower)
		set_invert(class);
	for (int i = 0; i < 32; i++)
		set[i] |= class[i];
	return 1;
}

static int escaped(struct compiler *c, unsigned char *byte)
{
	unsigned char e = *c->p;
	static const char from[] = "nrtfv";
	static const char to[] = "\n\r\t\f\v";
	const char *known = e ? strchr(from, e) : NULL;
	if (!e || (!known && ((e >= 'a' && e <= 'z') || (e >= 'A' && e <= 'Z') || (e >= '0' && e <= '9'))))
		return 0; /* \b, \1, \x…: not understood */
	*byte = known ? (unsigned char)to[known - from] : e;
	c->p++;
	return 1;
}

/* ---- compiling */

static int pattern_emit(struct compiler *c, enum operation op)
{
	if (c->count >= PATTERN_STATES) {
		c->bad = 1;
		return 0;
	}
	memset(&c->states[c->count], 0, sizeof *c->states);
	c->states[c->count].op = op;
	return c->count++;
}

/* Makes room for one state at `at`: what lies behind moves, and its own jumps with it. */
static void pattern_insert(struct compiler *c, int at, enum operation op)
{
	int last = pattern_emit(c, op);
	if (c->bad)
		return;
	memmove(&c->states[at + 1], &c->states[at], (size_t)(last - at) * sizeof *c->states);
	memset(&c->states[at], 0, sizeof *c->states);
	c->states[at].op = op;
	for (int i = at + 1; i < c->count; i++) {
		c->states[i].to += c->states[i].to >= at;
		c->states[i].other += c->states[i].other >= at;
	}
}

static void compile_alternatives(struct compiler *c);

/* One character: of the ASCII ones those in `set`, of the others every one, with its bytes in UTF-8's order. */
static void emit_character(struct compiler *c, const unsigned char set[32])
{
	static const unsigned char lead[3][2] = {{0xC2, 0xDF}, {0xE0, 0xEF}, {0xF0, 0xF4}};
	int over[3];
	for (int more = 1; more <= 3 && !c->bad; more++) {
		int split = pattern_emit(c, OP_SPLIT);
		int at = pattern_emit(c, OP_SET);
		set_add(c->states[at].set, lead[more - 1][0], lead[more - 1][1]);
		for (int i = 0; i < more; i++) {
			at = pattern_emit(c, OP_SET);
			set_add(c->states[at].set, 0x80, 0xBF);
		}
		over[more - 1] = pattern_emit(c, OP_JUMP);
		c->states[split].to = split + 1;
		c->states[split].other = c->count;
	}
	int at = pattern_emit(c, OP_SET);
	if (c->bad)
		return;
	for (int i = 0; i < 16; i++)
		c->states[at].set[i] = set[i];
	for (int i = 0; i < 3; i++)
		c->states[over[i]].to = c->count;
}

static void emit_set(struct compiler *c, const unsigned char set[32])
{
	int at = pattern_emit(c, OP_SET);
	memcpy(c->states[at].set, set, 32);
}

/* A character as it stands, with all of its bytes: what repeats it repeats them together. */
static void emit_literal(struct compiler *c, unsigned char byte)
{
	for (;;) {
		unsigned char set[32] = {0};
		set_add(set, byte, byte);
		emit_set(c, set);
		if (byte < 0x80 || (*c->p & 0xC0) != 0x80)
			return;
		byte = *c->p++;
	}
}

/* One byte inside a class, escaped or not. */
static unsigned char class_byte(struct compiler *c)
{
	unsigned char byte = *c->p++;
	if (byte == '\\' && !escaped(c, &byte))
		c->bad = 1;
	return byte;
}

/* [a-z\d]; the opening bracket is behind us. */
static void compile_class(struct compiler *c)
{
	unsigned char set[32] = {0};
	int negated = *c->p == '^';
	c->p += negated;
	int first = 1;
	while (!c->bad && (*c->p != ']' || first)) {
		first = 0;
		if (!*c->p || (*c->p == '[' && c->p[1] && strchr(":.=", c->p[1]))) {
			c->bad = 1;
			return;
		}
		if (*c->p == '\\' && set_class(set, c->p[1])) {
			c->p += 2;
			continue;
		}
		unsigned char low = class_byte(c);
		unsigned char high = low;
		if (*c->p == '-' && c->p[1] && c->p[1] != ']') {
			c->p++;
			high = class_byte(c);
		}
		if (high < low || high >= 0x80 || low >= 0x80) /* ranges beyond ASCII: not understood */
			c->bad = 1;
		set_add(set, low, high);
	}
	if (c->bad)
		return;
	c->p++;
	if (negated)
		set_invert(set);
	if (negated || set_has(set, 0x80))
		emit_character(c, set);
	else
		emit_set(c, set);
}

static void compile_group(struct compiler *c)
{
	if (*c->p == '?') {
		if (c->p[1] != ':') {
			c->bad = 1;
			return;
		}
		c->p += 2;
	}
	if (++c->depth > NEST)
		c->bad = 1;
	else
		compile_alternatives(c);
	c->depth--;
	if (*c->p != ')')
		c->bad = 1;
	else
		c->p++;
}

static void compile_item(struct compiler *c)
{
	unsigned char set[32] = {0};
	unsigned char b = *c->p++;
	switch (b) {
	case '(':
		compile_group(c);
		return;
	case '[':
		compile_class(c);
		return;
	case '^':
		pattern_emit(c, OP_BEGIN);
		return;
	case '$':
		pattern_emit(c, OP_END);
		return;
	case '*':
	case '+':
	case '?':
	case '{':
		c->bad = 1;
		return;
	case '.':
		set_add(set, '\n', '\n');
		set_invert(set);
		emit_character(c, set);
		return;
	case '\\':
		if (set_class(set, *c->p)) {
			c->p++;
			if (set_has(set, 0x80))
				emit_character(c, set);
			else
				emit_set(c, set);
			return;
		}
		if (!escaped(c, &b))
			c->bad = 1;
		break;
	default:
		break;
	}
	emit_literal(c, b);
}

static int number(struct compiler *c)
{
	int n = 0;
	if (*c->p < '0' || *c->p > '9')
		return -1;
	while (*c->p >= '0' && *c->p <= '9' && n <= REPEAT)
		n = n * 10 + (*c->p++ - '0');
	return n;
}

/* A copy of the states from..to at the end. */
static void pattern_copy(struct compiler *c, int from, int to)
{
	int shift = c->count - from;
	for (int i = from; i < to && !c->bad; i++) {
		int at = pattern_emit(c, OP_JUMP);
		c->states[at] = c->states[i];
		c->states[at].to += shift;
		c->states[at].other += shift;
	}
}

static void make_optional(struct compiler *c, int start)
{
	pattern_insert(c, start, OP_SPLIT);
	c->states[start].to = start + 1;
	c->states[start].other = c->count;
}

static void make_star(struct compiler *c, int start)
{
	pattern_insert(c, start, OP_SPLIT);
	int back = pattern_emit(c, OP_JUMP);
	c->states[back].to = start;
	c->states[start].to = start + 1;
	c->states[start].other = c->count;
}

/* {m}, {m,}, {m,n}: copies. */
static void pattern_repeat(struct compiler *c, int start)
{
	int end = c->count;
	int least = number(c);
	int most = least;
	if (*c->p == ',') {
		c->p++;
		most = *c->p == '}' ? -1 : number(c);
		if (most == -1 && *c->p != '}')
			c->bad = 1;
	}
	if (*c->p != '}' || least < 0 || least > REPEAT || most > REPEAT || (most >= 0 && most < least) || most == 0) {
		c->bad = 1;
		return;
	}
	c->p++;
	for (int i = 1; i < least && !c->bad; i++)
		pattern_copy(c, start, end);
	if (most < 0) {
		int more = c->count;
		if (least == 0) {
			make_star(c, start);
		} else {
			pattern_copy(c, start, end);
			if (!c->bad)
				make_star(c, more);
		}
		return;
	}
	int optional = least == 0 ? 1 : 0;
	if (optional)
		make_optional(c, start);
	for (int i = least + optional; i < most && !c->bad; i++) {
		int more = c->count;
		if (optional)
			pattern_copy(c, start,
			             start + 1 + end - start); /* already optional: its own way out shifts with it */
		else {
			pattern_copy(c, start, end);
			if (!c->bad)
				make_optional(c, more);
		}
	}
}

static void compile_sequence(struct compiler *c)
{
	while (!c->bad && *c->p && *c->p != '|' && *c->p != ')') {
		int start = c->count;
		compile_item(c);
		unsigned char b = *c->p;
		if (c->bad || !b || !strchr("*+?{", b))
			continue;
		c->p++;
		if (b == '*') {
			make_star(c, start);
		} else if (b == '+') {
			int split = pattern_emit(c, OP_SPLIT);
			c->states[split].to = start;
			c->states[split].other = c->count;
		} else if (b == '?') {
			make_optional(c, start);
		} else {
			pattern_repeat(c, start);
		}
		c->p += *c->p == '?'; /* lazy: the same texts match */
	}
}

static void compile_alternatives(struct compiler *c)
{
	int start = c->count;
	compile_sequence(c);
	while (!c->bad && *c->p == '|') {
		c->p++;
		pattern_insert(c, start, OP_SPLIT);
		int over = pattern_emit(c, OP_JUMP);
		if (c->bad)
			return;
		c->states[start].to = start + 1;
		c->states[start].other = c->count;
		compile_alternatives(c);
		c->states[over].to = c->count;
	}
}

/* ---- matching */

struct front {
	int *list;
	int count;
	unsigned *seen;
	unsigned round;
};

/* Adds a state and all that it leads to without a byte. The stack is explicit: patterns decide its depth. */
static int pattern_follow(const struct pattern_state *states, struct front *f, int *stack, int state, int at_begin,
                          int at_end)
{
	int depth = 0;
	stack[depth++] = state;
	while (depth > 0) {
		int s = stack[--depth];
		if (f->seen[s] == f->round)
			continue;
		f->seen[s] = f->round;
		switch (states[s].op) {
		case OP_MATCH:
			return 1;
		case OP_JUMP:
			stack[depth++] = states[s].to;
			break;
		case OP_SPLIT:
			stack[depth++] = states[s].other;
			stack[depth++] = states[s].to;
			break;
		case OP_BEGIN:
			if (at_begin)
				stack[depth++] = s + 1;
			break;
		case OP_END:
			if (at_end)
				stack[depth++] = s + 1;
			break;
		case OP_SET:
			f->list[f->count++] = s;
			break;
		}
	}
	return 0;
}

static int pattern_run(const struct pattern_state *states, int count, const unsigned char *text, size_t n)
{
	size_t room = (size_t)count + 1;
	int *memory = xcalloc(room * 4 + 4, sizeof *memory);
	unsigned *seen = xcalloc(room, sizeof *seen);
	struct front now = {memory, 0, seen, 1};
	struct front next = {memory + room, 0, seen, 1};
	int *stack = memory + 2 * room;
	int found = pattern_follow(states, &now, stack, 0, 1, n == 0);
	for (size_t i = 0; i < n && !found; i++) {
		next.count = 0;
		next.round = now.round + 1;
		for (int k = 0; k < now.count && !found; k++)
			if (set_has(states[now.list[k]].set, text[i]))
				found = pattern_follow(states, &next, stack, now.list[k] + 1, 0, i + 1 == n);
		if (!found) /* it may begin at any place */
			found = pattern_follow(states, &next, stack, 0, 0, i + 1 == n);
		struct front swap = now;
		now = next;
		next = swap;
	}
	free(memory);
	free(seen);
	return found;
}

int pattern_search(const char *pattern, const char *text, size_t n)
{
	struct compiler c = {.p = (const unsigned char *)pattern};
	c.states = xcalloc(PATTERN_STATES + 1, sizeof *c.states);
	compile_alternatives(&c);
	if (*c.p)
		c.bad = 1;
	pattern_emit(&c, OP_MATCH);
	int found = c.bad ? -1 : pattern_run(c.states, c.count, (const unsigned char *)text, n);
	free(c.states);
	return found;
}

static size_t pattern_character(const char *text)
{
	size_t n = 1;
	while (((unsigned char)text[n] & 0xC0) == 0x80)
		n++;
	return n;
}

int pattern_like(const char *like, const char *text)
{
	const char *star = NULL;
	const char *again = NULL;
	while (*text) {
		if (*like == '%') {
			star = ++like;
			again = text;
		} else if (*like == '_') {
			like++;
			text += pattern_character(text);
		} else if (*like == *text) {
			like++;
			text++;
		} else if (star) {
			like = star;
			text = ++again;
		} else {
			return 0;
		}
	}
	while (*like == '%')
		like++;
	return *like == '\0';
}
