#include "tui/view/finding/mail_actions.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "finding/indicator/textscan.h"
#include "finding/mail/advice.h"
#include "finding/mail/import.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/mails.h"
#include "finding/mail/places.h"
#include "finding/mail/propose.h"
#include "finding/mail/similar.h"
#include "tui/form/indicator_pick.h"
#include "tui/form/questions.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

const char *mail_actions_label(struct view *v)
{
	const char *label = v->argument ? v->argument : view_label(v);
	if (*label)
		return label;
	workbench_tell(v->wb, TONE_ATTENTION, "%s", _("there is no mail here: i takes mails in"));
	return NULL;
}

/* Where mails lie, or another path. */
static char *ask_place(struct workbench *wb, const struct question *q, const char *before)
{
	size_t count;
	enum prompt_path_wanted there = PROMPT_PATH_THERE;
	struct prompt_other other = {.check = prompt_path_check, .complete = prompt_path_complete, .ctx = &there};
	struct prompt_path refused = {
	    .question = _("Folder, file or zip of mails: "), .initial = before, .wanted = PROMPT_PATH_THERE};
	char *path = NULL;
	(void)q;
	if (before) /* it was refused */
		return prompt_path_ask(wb, &refused);
	char **places = mail_places(&count);
	const char *question = _("Folder, file or zip of mails: ");
	if (count == 0) {
		struct prompt_path none = {.question = _("No mails found here. Path to them: "),
		                           .wanted = PROMPT_PATH_THERE};
		mail_places_free(places, count);
		return prompt_path_ask(wb, &none);
	}
	int i = prompt_choice(wb, question, (const char *const *)places, count, 0, &other);
	if (i != -1)
		path = i >= 0 ? xstrdup(places[i]) : prompt_path_in_full(other.typed ? other.typed : "");
	free(other.typed);
	mail_places_free(places, count);
	return path;
}

static int take_answer(void *ctx, struct question *all, struct err *err)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "import mail ");
	words_quote(&line, all->answer);
	int rc = workbench_try_here(ctx, line.data, err);
	buf_release(&line);
	return rc;
}

enum redraw mail_take_in(struct view *v)
{
	struct question asked = {.ask = ask_place};
	struct questions q = {&asked, 1, take_answer, v->wb};
	questions_ask(v->wb, &q);
	questions_release(&q);
	return REDRAW_ALL;
}

struct mail_actions_set {
	struct workbench *wb;
	char *mail;
};

static int set_answer(void *ctx, struct question *all, struct err *err)
{
	const struct mail_actions_set *s = ctx;
	struct assign assign = {all->name, all->answer};
	return record_set(workbench_case(s->wb), s->mail, &assign, 1, 0, err);
}

/* Asks for a value of one field and puts it on record. 1 if it is. */
static int set_field(struct view *v, const char *name)
{
	const char *label = mail_actions_label(v);
	struct mail_actions_set s = {v->wb, label ? xstrdup(label) : NULL};
	struct question asked = {.name = name, .field = kind_field(kind_find("mail"), name), .ask = question_field};
	struct questions q = {&asked, 1, set_answer, &s};
	int set = label && questions_ask(v->wb, &q);
	questions_release(&q);
	free(s.mail);
	return set;
}

enum redraw mail_correct_class(struct view *v)
{
	const char *label = mail_actions_label(v);
	char *mail = label ? xstrdup(label) : NULL;
	if (mail && set_field(v, "class_override"))
		workbench_note(v->wb, mail, NULL);
	free(mail);
	return REDRAW_ALL;
}

enum redraw mail_set_reach(struct view *v)
{
	set_field(v, "reach");
	return REDRAW_ALL;
}

/* ---- parts and headers, as text */

static void add_safe(struct buf *out, const char *before, const char *text)
{
	struct buf safe = BUF_INIT;
	textscan_defang(text, strlen(text), &safe);
	buf_adds(out, before);
	printable_add(out, safe.data, safe.len, PRINTABLE_LINE);
	buf_release(&safe);
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_get_string(o, key);
	return text ? text : "";
}

static void add_parts(const json_t *analysis, struct buf *out)
{
	size_t i;
	size_t k;
	json_t *part;
	json_t *entry;
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		buf_addf(out, " %s", text_of(part, "n"));
		add_safe(out, "  ", text_of(part, "name"));
		buf_addf(out, "  %lld B  %s  %s  %s%s\n      %s\n",
		         (long long)json_integer_value(json_object_get(part, "size")), text_of(part, "type"),
		         text_of(part, "format"), text_of(part, "via"),
		         json_is_true(json_object_get(part, "locked")) ? _(" locked") : "", text_of(part, "sha256"));
		json_array_foreach(json_object_get(part, "inside"), k, entry) {
			add_safe(out, "      ", text_of(entry, "name"));
			if (*text_of(entry, "other_name"))
				add_safe(out, " | ", text_of(entry, "other_name"));
			buf_addf(out, "  %lld B  %s%s%s  %.16s\n",
			         (long long)json_integer_value(json_object_get(entry, "size")),
			         text_of(entry, "format"),
			         strcmp(text_of(entry, "basis"), "name") == 0 ? _(" (by name)") : "",
			         json_is_true(json_object_get(entry, "locked")) ? _(" locked") : "",
			         text_of(entry, "sha256"));
		}
	}
}

static void add_header(const json_t *record, const json_t *analysis, struct buf *out)
{
	static const char *const fields[] = {"subject",     "from",       "from_addr", "envelope_from",  "reply_to",
	                                     "to",          "cc",         "when",      "sent",           "message_id",
	                                     "in_reply_to", "references", "origin",    "authentication", "sha256"};
	size_t i;
	json_t *item;
	for (i = 0; i < sizeof fields / sizeof *fields; i++)
		if (*text_of(record, fields[i])) {
			buf_addf(out, " %s: ", field_label(kind_field(record_kind(record), fields[i])));
			add_safe(out, "", text_of(record, fields[i]));
			buf_addc(out, '\n');
		}
	json_array_foreach(json_object_get(analysis, "hops"), i, item) {
		add_safe(out, " ", text_of(item, "when"));
		add_safe(out, "  ", text_of(item, "from"));
		add_safe(out, " (", text_of(item, "ip"));
		add_safe(out, ") > ", text_of(item, "by"));
		buf_addc(out, '\n');
	}
}

enum redraw mail_show_parts(struct view *v)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	size_t i;
	json_t *finding;
	const char *label = mail_actions_label(v);
	json_t *record = label ? workbench_get(v->wb, label, 0, &err) : NULL;
	json_t *analysis = record ? mail_analysis(workbench_case(v->wb), label, &err) : NULL;
	if (analysis) {
		mails_explain(analysis);
		add_header(record, analysis, &out);
		buf_addc(&out, '\n');
		add_parts(analysis, &out);
		buf_addc(&out, '\n');
		json_array_foreach(json_object_get(analysis, "findings"), i, finding) {
			buf_addc(&out, ' ');
			text_pad(&out, mail_weight_shown(text_of(finding, "weight")), 6);
			buf_addf(&out, " %s %s", text_of(finding, "id"), text_of(finding, "technique"));
			add_safe(&out, "  ", text_of(finding, "text"));
			buf_addc(&out, '\n');
		}
		if (*text_of(record, "body")) {
			struct buf safe = BUF_INIT;
			const char *body = text_of(record, "body");
			textscan_defang(body, strlen(body), &safe);
			buf_addc(&out, '\n');
			printable_add(&out, safe.data, safe.len, PRINTABLE_KEEP_NEWLINES);
			buf_release(&safe);
		}
		workbench_show_text(v->wb, _("Parts and headers"), out.data);
	} else if (label) {
		workbench_tell_error(v->wb, &err);
	}
	json_decref(analysis);
	json_decref(record);
	buf_release(&out);
	return REDRAW_ALL;
}

/* ---- indicators */

struct mail_offers {
	json_t *items;
	char *marks;
};

static size_t offers_count(void *ctx, const char *typed)
{
	(void)typed;
	return json_array_size(((struct mail_offers *)ctx)->items);
}

static void offers_text(void *ctx, size_t i, struct buf *out)
{
	const json_t *item = json_array_get(((struct mail_offers *)ctx)->items, i);
	struct buf known = BUF_INIT;
	if (*text_of(item, "known"))
		buf_addf(&known, _("on record as %s"), text_of(item, "known"));
	indicator_pick_add(out, text_of(item, "type"), known.len ? known.data : "", text_of(item, "value"));
	buf_release(&known);
}

static int offers_marked(void *ctx, size_t i)
{
	return ((struct mail_offers *)ctx)->marks[i];
}

static void offers_toggle(void *ctx, size_t i)
{
	struct mail_offers *o = ctx;
	if (!*text_of(json_array_get(o->items, i), "known"))
		o->marks[i] = !o->marks[i];
}

/* Each that was marked: one action. */
static void promote_marked(struct view *v, const char *mail, const struct mail_offers *o)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	size_t made = 0;
	size_t known = 0;
	for (size_t i = 0; i < json_array_size(o->items) && !err.code; i++) {
		known += *text_of(json_array_get(o->items, i), "known") != 0;
		if (o->marks[i] && mail_promote(workbench_case(v->wb), mail, o->items, i, label, &err) == 0)
			made++;
	}
	if (err.code)
		workbench_tell_error(v->wb, &err);
	else if (made == 0)
		indicator_pick_tell_none(v->wb, known);
	else
		workbench_tell(v->wb, TONE_GOOD,
		               P_("%zu indicator of it is on record", "%zu indicators of it are on record", made),
		               made);
}

enum redraw mail_promote_items(struct view *v)
{
	struct err err = ERR_INIT;
	const char *label = mail_actions_label(v);
	char *mail = label ? xstrdup(label) : NULL;
	struct mail_offers o = {.items = mail ? mail_proposals(workbench_case(v->wb), mail, &err) : NULL};
	if (mail && !o.items)
		workbench_tell_error(v->wb, &err);
	if (o.items) {
		struct prompt_source source = {
		    .ctx = &o,
		    .find = offers_count,
		    .text = offers_text,
		    .is_marked = offers_marked,
		    .toggle = offers_toggle,
		    .help = _(" Space or Tab marks · Enter puts the marked ones on record · Esc leaves"),
		    .fixed = 1};
		o.marks = xcalloc(json_array_size(o.items) + 1, 1);
		char *question = xasprintf(_("%zu may become indicators "), json_array_size(o.items));
		size_t known = 0;
		for (size_t i = 0; i < json_array_size(o.items); i++)
			known += *text_of(json_array_get(o.items, i), "known") != 0;
		if (indicator_pick_ask(v->wb, question, &source, known))
			promote_marked(v, mail, &o);
		free(question);
	}
	json_decref(o.items);
	free(o.marks);
	free(mail);
	return REDRAW_ALL;
}

/* ---- what it is like, what is answered */

enum redraw mail_show_similar(struct view *v)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	size_t i;
	json_t *row;
	const char *label = mail_actions_label(v);
	json_t *rows = label ? mail_similar(workbench_case(v->wb), label, &err) : NULL;
	json_array_foreach(rows, i, row) {
		buf_addf(&out, " %s  %s", text_of(row, "other"), workbench_name(v->wb, text_of(row, "other")));
		struct buf told = BUF_INIT;
		mail_similar_told(text_of(row, "because"), 1, &told);
		add_safe(&out, "\n     ", told.data);
		buf_release(&told);
		buf_addc(&out, '\n');
	}
	if (rows && out.len)
		workbench_show_text(v->wb, _("Similar mails"), out.data);
	else if (rows)
		workbench_tell(v->wb, TONE_ATTENTION, _("no mail on record is like %s"), label);
	else if (label)
		workbench_tell_error(v->wb, &err);
	json_decref(rows);
	buf_release(&out);
	return REDRAW_ALL;
}

enum redraw mail_show_advice(struct view *v)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	const char *label = mail_actions_label(v);
	if (label && mail_advice(workbench_case(v->wb), label, &out, &err) == 0)
		workbench_show_text(v->wb, _("Advice"), out.data);
	else if (label)
		workbench_tell_error(v->wb, &err);
	buf_release(&out);
	return REDRAW_ALL;
}

/* ---- a file out of it */

/* What the mail carries, a line each, and the numbers of the parts. */
static char **carried(const json_t *analysis, json_t *numbers)
{
	size_t i;
	json_t *part;
	char **all = xcalloc(json_array_size(json_object_get(analysis, "parts")) + 1, sizeof *all);
	size_t n = 0;
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		struct buf line = BUF_INIT;
		if (!json_is_true(json_object_get(part, "attachment")))
			continue;
		buf_addf(&line, "%s", text_of(part, "n"));
		add_safe(&line, "  ", text_of(part, "name"));
		buf_addf(&line, "  %lld B  %s", (long long)json_integer_value(json_object_get(part, "size")),
		         text_of(part, "format"));
		json_array_append(numbers, json_object_get(part, "n"));
		all[n++] = buf_take(&line, NULL);
	}
	return all;
}

struct mail_actions_part {
	struct workbench *wb;
	const char *label;
	const char *part;
	struct buf content;
};

/* Reads a part beside us. */
static int read_part(struct mail_actions_part *p, const json_t *record, struct err *err)
{
	struct buf source = BUF_INIT;
	size_t number;
	int forwarded;
	int rc = mail_source(workbench_case(p->wb), p->label, &source, &number, &forwarded, err);
	struct mails_part asked = {.source = source.data,
	                           .n = source.len,
	                           .number = number,
	                           .part = p->part,
	                           .forwarded = forwarded,
	                           .sha256 = json_get_string(record, "sha256")};
	if (rc == 0)
		rc = mails_part(&asked, &p->content, err);
	buf_release(&source);
	return rc;
}

static int write_answer(void *ctx, struct question *all, struct err *err)
{
	const struct mail_actions_part *p = ctx;
	if (path_write_file(all->answer, p->content.data, p->content.len, 0, err) < 0)
		return -1;
	workbench_tell(p->wb, TONE_GOOD, _("part %s of %s is in '%s': it may be malicious, do not open it"), p->part,
	               p->label, all->answer);
	return 0;
}

/* Nobody is asked where a part is to go that cannot be had. Its own name is the sender's choice: the file gets one of ours. */
static void write_part(struct view *v, const json_t *record, const char *part)
{
	static const enum prompt_path_wanted wanted = PROMPT_PATH_NEW;
	struct err err = ERR_INIT;
	struct mail_actions_part p = {v->wb, record_label(record), part, BUF_INIT};
	char *initial = xasprintf("%s-%s.bin", p.label, part);
	char *label = xasprintf(_("File to write part %s to"), part);
	struct question asked = {.label = label, .ask = question_path, .initial = initial, .ctx = &wanted};
	struct questions q = {&asked, 1, write_answer, &p};
	if (read_part(&p, record, &err) < 0)
		workbench_tell_error(v->wb, &err);
	else
		questions_ask(v->wb, &q);
	questions_release(&q);
	buf_release(&p.content);
	free(label);
	free(initial);
}

enum redraw mail_extract_part(struct view *v)
{
	struct err err = ERR_INIT;
	const char *label = mail_actions_label(v);
	json_t *record = label ? workbench_get(v->wb, label, 0, &err) : NULL;
	json_t *analysis = record ? mail_analysis(workbench_case(v->wb), label, &err) : NULL;
	json_t *numbers = json_array();
	if (analysis) {
		char **lines = carried(analysis, numbers);
		size_t count = json_array_size(numbers);
		int i = -1;
		if (count == 0)
			workbench_tell(v->wb, TONE_ATTENTION, _("%s carries no file"), label);
		else
			i = prompt_choice(v->wb, _("Part to write to a file: "), (const char *const *)lines, count, 0,
			                  NULL);
		if (i >= 0)
			write_part(v, record, json_string_value(json_array_get(numbers, (size_t)i)));
		for (size_t k = 0; k < count; k++)
			free(lines[k]);
		free(lines);
	} else if (label) {
		workbench_tell_error(v->wb, &err);
	}
	json_decref(numbers);
	json_decref(analysis);
	json_decref(record);
	return REDRAW_ALL;
}
