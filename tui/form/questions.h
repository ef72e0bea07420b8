/*
 * Several questions, and one act that takes the answers: what it refuses is
 * asked again, and nothing that was typed is lost.
 *
 *     struct question asked[] = {
 *         {.name = "isolation_done", .field = done, .ask = question_field, .initial = "now"},
 *         {.name = "isolation_by", .field = by, .ask = question_field},
 *     };
 *     struct questions q = {asked, 2, write_isolation, v};
 *     if (questions_ask(wb, &q))
 *             …                                    it is done, and told by the act
 *     questions_release(&q);
 *
 * A refusal goes back to the answer that it names (err->field), or to the only
 * one; else the answers are listed, and the person picks the one to change. They
 * stay in `asked` when the person leaves after a refusal: whoever keeps them may
 * call questions_ask() again, which then begins with that list. Left before all
 * are answered, they are dropped: none is taken for another record in silence.
 */
#ifndef GENBA_TUI_FORM_QUESTIONS_H
#define GENBA_TUI_FORM_QUESTIONS_H

#include <stddef.h>

struct err;
struct field;
struct workbench;

struct question {
	const char *name;          /* as an error calls what it asks for: a field, an option; or NULL */
	const char *label;         /* in the list of answers; NULL: that of `field` */
	const struct field *field; /* of question_field(); or NULL */
	const char *initial;       /* what the answer begins with; or NULL */
	/* Asks, beginning with `before` (may be NULL). The answer, which the caller frees; NULL: left. */
	char *(*ask)(struct workbench *wb, const struct question *q, const char *before);
	const void *ctx; /* of the one who asks */
	char *answer;    /* owned by the questions; NULL: not answered yet */
};

struct questions {
	struct question *all;
	size_t count;
	/* Does it with the answers, and tells so. 0; or -1, and everything is as it was. It may put an answer anew. */
	int (*act)(void *ctx, struct question *all, struct err *err);
	void *ctx;
};

/* 1: it is done, and the answers are gone. 0: left, and nothing was done. */
int questions_ask(struct workbench *wb, const struct questions *q);

void questions_release(const struct questions *q);

/* An `ask`: the field's value, as form_ask_value_from() asks for it. */
char *question_field(struct workbench *wb, const struct question *q, const char *before);

/* An `ask`: a path, called as the label says; ctx is an enum prompt_path_wanted. The `initial` name of a new file is offered. */
char *question_path(struct workbench *wb, const struct question *q, const char *before);

#endif
