/*
 * What nobody looked at, and what those who looked could not see: machines by kind and department, logs, checks by their
 * method, and each limit once, with the number of checks that it holds for. What a check keeps for whoever makes it again
 * (digests, versions, what was read) stays in the case.
 */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/filter.h"
#include "case/query/machines_checked.h"
#include "finding/triage/check/rules.h"

#include <stdlib.h>
#include <string.h>

/* ---- records in groups: those that say the same in some fields */

struct alike {
	const json_t *first; /* of the records; borrowed */
	size_t count;
	struct buf names; /* but those of the run */
	char *from, *to;  /* names that follow one another: PC-001, PC-002 …; NULL: none yet */
	size_t run;
};

struct alikes {
	json_t *numbers; /* of keys */
	struct alike *all;
	size_t count;
};

/* The group of a record; its key is what its fields say. */
static struct alike *group_of(struct alikes *g, struct report *p, const json_t *record, const char *const *fields)
{
	struct buf key = BUF_INIT;
	for (size_t i = 0; fields[i]; i++) {
		report_field(p, record, fields[i], &key);
		buf_addc(&key, '\n');
	}
	const json_t *number = json_object_get(g->numbers, key.data);
	size_t n = number ? (size_t)json_integer_value(number) : g->count;
	if (!number || !g->all) {
		json_object_set_new(g->numbers, key.data, json_integer((json_int_t)g->count));
		g->all = xrealloc(g->all, (g->count + 1) * sizeof *g->all);
		g->all[g->count++] = (struct alike){.first = record, .names = BUF_INIT};
	}
	buf_release(&key);
	g->all[n].count++;
	return &g->all[n];
}

/* Where the number at the end of a name begins. */
static size_t number_at(const char *name)
{
	size_t n = strlen(name);
	while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	return n;
}

static int follows(const char *name, const char *before)
{
	size_t at = number_at(name);
	if (at != number_at(before) || strncmp(name, before, at) != 0 || !name[at] || !before[at] ||
	    strlen(name + at) > 9 || strlen(before + at) > 9)
		return 0;
	int is_padded = name[at] == '0' || before[at] == '0';
	return strtoul(name + at, NULL, 10) == strtoul(before + at, NULL, 10) + 1 &&
	       (!is_padded || strlen(name) == strlen(before));
}

/* Three names and more that follow one another are told by the first and the last. */
static void end_run(struct alike *group)
{
	const char *comma = group->names.len ? _(", ") : "";
	if (group->run == 1)
		buf_addf(&group->names, "%s%s", comma, group->from);
	else if (group->run > 1)
		buf_addf(&group->names, "%s%s%s%s", comma, group->from, group->run == 2 ? _(", ") : _(" to "),
		         group->to);
	free(group->from);
	free(group->to);
	group->from = group->to = NULL;
	group->run = 0;
}

static void add_name(struct alike *group, const char *name)
{
	if (group->to && follows(name, group->to)) {
		free(group->to);
		group->to = xstrdup(name);
		group->run++;
		return;
	}
	end_run(group);
	group->from = xstrdup(name);
	group->to = xstrdup(name);
	group->run = 1;
}

static void put_number(struct report *p, size_t n)
{
	char text[24];
	snprintf(text, sizeof text, "%zu", n);
	document_cell(p->d, text);
}

/* A row a group: its fields, how many, and their names. */
static void put_groups(struct report *p, struct alikes *g, const struct kind *kind, const char *const *fields,
                       const char *names)
{
	const char *headings[6];
	unsigned columns = 0;
	for (; fields[columns]; columns++)
		headings[columns] = field_label(kind_field(kind, fields[columns]));
	headings[columns] = _("Number");
	headings[columns + 1] = names;
	if (g->count)
		document_table(p->d, headings, columns + 2);
	for (size_t i = 0; i < g->count; i++) {
		for (size_t k = 0; fields[k]; k++) {
			struct buf text = BUF_INIT;
			report_field(p, g->all[i].first, fields[k], &text);
			document_cell(p->d, text.data);
			buf_release(&text);
		}
		put_number(p, g->all[i].count);
		end_run(&g->all[i]);
		document_cell(p->d, g->all[i].names.data);
		buf_release(&g->all[i].names);
	}
	free(g->all);
	json_decref(g->numbers);
}

/* ---- machines */

static void put_machines(struct report *p)
{
	static const char *const fields[] = {"status", "type", "department", NULL};
	const struct kind *kind = kind_find("asset");
	struct alikes g = {.numbers = json_object()};
	struct alikes looked_at = {.numbers = json_object()}; /* in a check, and not judged */
	json_t *checked = report_in_checks(p);
	size_t unjudged = 0;
	size_t i;
	json_t *asset;
	json_array_foreach(report_records(p, "asset"), i, asset) {
		const char *name = json_get_string(asset, "hostname");
		if (asset_is_judged(asset))
			continue;
		int is_checked = json_object_get(checked, record_label(asset)) != NULL;
		add_name(group_of(is_checked ? &looked_at : &g, p, asset, fields), name ? name : record_label(asset));
		unjudged += is_checked ? 1 : 0;
	}
	if (g.count == 0)
		document_paragraph(p->d, _("every machine on record was looked at; whether all machines are on record "
		                           "is another question"));
	put_groups(p, &g, kind, fields, field_label(kind_field(kind, "hostname")));
	if (unjudged) {
		char *text =
		    xasprintf(P_("%zu machine is in a check on record: it was looked at, as far as the check says, "
		                 "and nobody has judged it yet.",
		                 "%zu machines are in a check on record: they were looked at, as far as the checks "
		                 "say, and nobody has judged them yet.",
		                 (unsigned long long)unjudged),
		              unjudged);
		document_paragraph(p->d, text);
		free(text);
	}
	put_groups(p, &looked_at, kind, fields, field_label(kind_field(kind, "hostname")));
	json_decref(checked);
}

/* ---- checks */

/* Lines of a check that are for whoever makes it again. */
static int is_bookkeeping(const char *line)
{
	static const char *const begin[] = {"Read: ",
	                                    "Read in this sweep: ",
	                                    "Parsers: ",
	                                    "Engine: ",
	                                    "Forms known: ",
	                                    "Files: ",
	                                    "Observations: ",
	                                    "Sigma rules: ",
	                                    "First checks, seen: ",
	                                    "Looked for and not seen: ",
	                                    "What is packed was unpacked ",
	                                    "Shadow copies: read",
	                                    "…"};
	for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
		if (strncmp(line, begin[i], strlen(begin[i])) == 0)
			return 1;
	return strstr(line, ", SHA-256 ") != NULL && strstr(line, " hits kept") != NULL;
}

struct limits_told {
	json_t *counts;  /* {sentence: number of checks}, in the order in which they come */
	json_t *details; /* {sentence: {detail: true}}: which logs, since when; of the first checks that differ */
	json_t *of_one;  /* sentences of the check that is read */
};

#define DETAILS_MOST 3

static void add_limit(struct limits_told *l, const char *sentence)
{
	if (!*sentence || json_object_get(l->of_one, sentence))
		return;
	json_object_set_new(l->of_one, sentence, json_true());
	json_int_t n = json_integer_value(json_object_get(l->counts, sentence));
	json_object_set_new(l->counts, sentence, json_integer(n + 1));
}

/* "Not covered: CODE, CODE." What a code stands for, in the reader's language. */
static void add_not_covered(struct limits_told *l, const char *codes)
{
	while (*codes) {
		size_t n = strcspn(codes, ",.\n ");
		size_t whole = strcspn(codes, ", \n");
		char *code = xstrndup(codes, whole > 0 && codes[whole - 1] == '.' ? whole - 1 : whole);
		const char *title = check_title(code);
		char *sentence = xasprintf(_("could not be looked for: %s"), title ? i18n_text(title) : code);
		if (n > 0 && strcmp(code, "-") != 0 &&
		    strncmp(code, "gap.", 4) != 0) /* a gap is told with its reason */
			add_limit(l, sentence);
		free(sentence);
		free(code);
		codes += whole;
		codes += strspn(codes, ", \n");
	}
}

static void add_detail(struct limits_told *l, const char *sentence, const char *detail)
{
	json_t *details = json_object_get(l->details, sentence);
	if (!details)
		json_object_set_new(l->details, sentence, details = json_object());
	if (json_object_size(details) <= DETAILS_MOST)
		json_object_set_new(details, detail, json_true());
	add_limit(l, sentence);
}

/* "gap.NAME: which logs" */
static int add_gap(struct limits_told *l, const char *line)
{
	size_t n = strcspn(line, ":");
	char *code = xstrndup(line, n);
	const char *title = strncmp(line, "gap.", 4) == 0 && line[n] ? check_title(code) : NULL;
	free(code);
	if (title)
		add_detail(l, i18n_text(title), line + n + 1 + strspn(line + n + 1, " "));
	return title != NULL;
}

/* Lines of a sweep with a number or a label in them: BEGIN detail, or BEGIN detail END. */
static int add_of_sweep(struct limits_told *l, const char *line)
{
	static const struct {
		const char *begin, *end, *told;
	} lines[] = {
	    {"",
	     " files of text, mail, event logs, hives, databases and archives up to 64 MiB were read as files, too.",
	     N_("Of images, files of text, mail, event logs, hives, databases and archives up to 64 MiB were read as "
	        "files, too; evidence, and how many files:")},
	    {"",
	     " indicators are https URLs: a CONNECT line of a proxy shows only their host, which was looked for too "
	     "(weaker hits).",
	     N_("Indicators that are https URLs: a CONNECT line of a proxy shows only their host, which was looked "
	        "for, "
	        "too (weaker hits); how many:")},
	    {"",
	     " indicators are https URLs: a CONNECT line of a proxy shows only their host, which was not looked for "
	     "(--hosts-of-urls).",
	     N_("Indicators that are https URLs: a CONNECT line of a proxy shows only their host, which was not looked "
	        "for; how many:")},
	    {"Not read: ", "", N_("Not read:")},
	    {"Time zone that cannot be read: ", "",
	     N_("A time zone on record that cannot be read, so that times without a zone stand as the log has them:")},
	    {"Gaps of the log ", "", N_("Gaps of the log:")},
	    {"Could not be read to the end: ", " places.", N_("Places that could not be read to the end:")},
	};
	static const char none[] = ": no files could be read as files in: ";
	size_t n = strlen(line);
	const char *in = strstr(line, none);
	if (in) {
		char *detail = xasprintf("%.*s: %s", (int)(in - line), line, in + strlen(none));
		add_detail(l, _("No files could be read as files in:"), detail);
		free(detail);
		return 1;
	}
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		size_t begin = strlen(lines[i].begin);
		size_t end = strlen(lines[i].end);
		if (n <= begin + end || strncmp(line, lines[i].begin, begin) != 0 ||
		    strcmp(line + n - end, lines[i].end) != 0)
			continue;
		char *detail = xstrndup(line + begin, n - begin - end);
		add_detail(l, i18n_text(lines[i].told), detail);
		free(detail);
		return 1;
	}
	return 0;
}

/* "LABEL does not say of which asset it is." */
static int add_nobodys(struct limits_told *l, const char *line)
{
	size_t n = strcspn(line, " ");
	char *label = xstrndup(line, n);
	int is = strcmp(line + n, " does not say of which asset it is.") == 0;
	if (is)
		add_detail(l, _("Evidence does not say of which machine it is:"), label);
	free(label);
	return is;
}

static void put_limit(struct report *p, const struct limits_told *l, const char *sentence)
{
	struct buf line = BUF_INIT;
	const char *detail;
	json_t *is;
	size_t n = 0;
	buf_adds(&line, sentence);
	json_object_foreach(json_object_get(l->details, sentence), detail, is)
		buf_addf(&line, "%s%s", n == 0 ? " " : " / ", n < DETAILS_MOST ? detail : "…"), n++;
	document_cell(p->d, line.data);
	buf_release(&line);
}

static void add_limits_of(struct limits_told *l, const char *text)
{
	static const char not_covered[] = "Not covered: ";
	l->of_one = json_object();
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, "\n");
		char *line = xstrndup(at, n);
		if (strncmp(line, not_covered, strlen(not_covered)) == 0)
			add_not_covered(l, line + strlen(not_covered));
		else if (!is_bookkeeping(line) && !add_gap(l, line) && !add_of_sweep(l, line) && !add_nobodys(l, line))
			add_limit(l, i18n_text(line));
		free(line);
		at += n;
		at += *at == '\n';
	}
	json_decref(l->of_one);
}

#define LIMITS_MOST 60 /* sentences; what is beyond them is counted */

static void put_limits(struct report *p, const struct limits_told *l, size_t checks)
{
	const char *headings[2] = {_("Checks"), _("What these checks could not see")};
	size_t all = json_object_size(l->counts);
	size_t put = 0;
	const char *sentence;
	json_t *count;
	if (all)
		document_table(p->d, headings, 2);
	json_object_foreach(l->counts, sentence, count) {
		char *of = xasprintf(P_("%lld of %zu check", "%lld of %zu checks", checks),
		                     (long long)json_integer_value(count), checks);
		if (put++ < LIMITS_MOST) {
			document_cell(p->d, of); /* the first cell of a row is never broken */
			put_limit(p, l, sentence);
		}
		free(of);
	}
	if (all > LIMITS_MOST) {
		char *more = xasprintf(P_("%zu more limit stands in the checks on record.",
		                          "%zu more limits stand in the checks on record.", all - LIMITS_MOST),
		                       all - LIMITS_MOST);
		document_paragraph(p->d, more);
		free(more);
	}
}

static void put_checks(struct report *p)
{
	static const char *const fields[] = {"method", "result", NULL};
	const json_t *checks = report_records(p, "check");
	struct alikes g = {.numbers = json_object()};
	struct limits_told l = {.counts = json_object(), .details = json_object()};
	size_t i;
	json_t *check;
	json_array_foreach(checks, i, check) {
		const char *limits = json_get_string(check, "limits");
		add_name(group_of(&g, p, check, fields), record_label(check));
		if (limits)
			add_limits_of(&l, limits);
	}
	put_groups(p, &g, kind_find("check"), fields, _("Label"));
	put_limits(p, &l, json_array_size(checks));
	if (json_array_size(checks))
		document_paragraph(p->d,
		                   _("What each check read, by which version, and its digests are on record in the "
		                     "case (genba show LABEL)."));
	json_decref(l.counts);
	json_decref(l.details);
}

int report_limits(struct report *p, struct err *err)
{
	static const struct report_table logs = {
	    "logsource", "-enabled=yes OR gaps: OR rotates:", "name asset enabled from until gaps rotates", NULL};
	static const struct report_table questions = {"note", "stance=question -state=answered", "text on", NULL};
	report_heading(p, _("What was not looked at"), "RS.AN-08");
	put_machines(p);
	int rc = report_table(p, &logs, err);
	if (rc == 0) {
		put_checks(p);
		rc = report_table(p, &questions, err);
	}
	report_say_stays(p, "asset");
	return rc;
}
