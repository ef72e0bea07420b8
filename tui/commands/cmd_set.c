/* set: fields of one record, of several, or of all that a filter matches. */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "case/store/record.h"
#include "tui/command/named.h"

#include <stdlib.h>
#include <string.h>

static int set_one(struct session *s, const struct args *args, struct err *err)
{
	if (args->count < 2)
		return cmd_usage("set", err);
	struct assign *fields;
	char **names;
	size_t count = args->count - 1;
	if (cmd_assigns(args->words + 1, count, &fields, &names, err) < 0)
		return -1;
	char named[LABEL_TEXT];
	const char *label = named_record(s, args->words[0], named, err);
	int rc = label ? record_set(s->c, label, fields, count, 0, err) : -1; /* NULL: several are called so */
	cmd_assigns_free(fields, names, count);
	if (rc == 0)
		cmd_print_warnings(s, label, 0);
	return rc;
}

/* ---- set --where, and set of several labels: all in one action */

struct setting {
	struct filter *filter;
	char **labels; /* collected first: changing them while they are listed would disturb the listing */
	size_t count;
};

static void setting_add(struct setting *set, const char *label)
{
	set->labels = xrealloc(set->labels, (set->count + 1) * sizeof *set->labels);
	set->labels[set->count++] = xstrdup(label);
}

/* The record that is meant may have been named before, in another way. */
static void setting_add_once(struct setting *set, struct case_file *c, const char *meant)
{
	json_t *record = record_get(c, meant, RECORD_RAW, NULL);
	const char *label = record ? record_label(record) : meant; /* what there is none of is refused later */
	size_t i = 0;
	while (i < set->count && strcmp(set->labels[i], label) != 0)
		i++;
	if (i == set->count)
		setting_add(set, label);
	json_decref(record);
}

static int collect_label(void *ctx, json_t *record)
{
	struct setting *set = ctx;
	if (filter_match(set->filter, record))
		setting_add(set, record_label(record));
	return 0;
}

static int set_all(struct session *s, const struct setting *set, const struct assign *fields, size_t count,
                   struct err *err)
{
	struct action *a = action_begin(s->c, "set", err);
	if (!a)
		return -1;
	for (size_t i = 0; i < set->count; i++)
		if (action_set(a, set->labels[i], fields, count, 0, err) < 0)
			break; /* and the commit fails with this error */
	return action_commit(a, err);
}

/* Prints what was set, and what the rules say of it, if `rc` says that it was. */
static void setting_release(struct setting *set, struct session *s, int rc)
{
	for (size_t i = 0; i < set->count; i++) {
		if (rc == 0) {
			cmd_print_label(s, set->labels[i]);
			cmd_print_warnings(s, set->labels[i], set->count > 1);
		}
		free(set->labels[i]);
	}
	free(set->labels);
	filter_free(set->filter);
}

static int set_where(struct session *s, const struct args *args, const char *where, struct err *err)
{
	const struct kind *kind = args->count >= 2 ? kind_named(args->words[0], err) : NULL;
	if (args->count < 2)
		return cmd_usage("set", err);
	struct setting set = {.filter = kind ? filter_parse(kind, where, err) : NULL};
	if (!set.filter)
		return -1;
	filter_resolve_with(set.filter, timeline_resolve, s->c);
	struct assign *fields = NULL;
	char **names = NULL;
	size_t count = args->count - 1;
	int rc = cmd_assigns(args->words + 1, count, &fields, &names, err);
	if (rc == 0) {
		rc = record_each(s->c, kind->name, 0, collect_label, &set, err);
		if (rc == 0 && set.count == 0)
			rc =
			    err_set(err, ERR_NOT_FOUND, _("no record of the kind %s matches '%s'; nothing was changed"),
			            kind->name, where);
		if (rc == 0)
			rc = set_all(s, &set, fields, count, err);
		cmd_assigns_free(fields, names, count);
	}
	setting_release(&set, s, rc);
	return rc;
}

/* R1-A1,R1-A2, as references are written everywhere: with blanks, too. */
static int set_several(struct session *s, const struct args *args, struct err *err)
{
	struct setting set = {0};
	struct assign *fields = NULL;
	char **names = NULL;
	size_t count = args->count - 1;
	if (count == 0)
		return cmd_usage("set", err);
	int rc = cmd_assigns(args->words + 1, count, &fields, &names, err);
	if (rc < 0)
		return -1;
	for (const char *at = args->words[0]; rc == 0 && *at;) {
		at += strspn(at, " ");
		size_t n = strcspn(at, ",");
		size_t end = n;
		for (; end > 0 && at[end - 1] == ' '; end--)
			;
		char *one = xstrndup(at, end);
		char named[LABEL_TEXT];
		const char *meant = end ? named_record(s, one, named, err) : NULL;
		if (meant)
			setting_add_once(&set, s->c, meant);
		else if (end)
			rc = -1; /* several are called so */
		at += n + (at[n] == ',');
		free(one);
	}
	if (rc == 0 && set.count == 0) /* "," alone */
		rc = cmd_usage("set", err);
	if (rc == 0)
		rc = set_all(s, &set, fields, count, err);
	cmd_assigns_free(fields, names, count);
	setting_release(&set, s, rc);
	return rc;
}

/* A name may have a comma in it: then it is one record's. */
static int names_several(struct session *s, const char *text)
{
	char named[LABEL_TEXT];
	return strchr(text, ',') &&
	       named_record(s, text, named, NULL) == text; /* as it stands where no name is meant */
}

int cmd_set(struct session *s, const struct args *args, struct err *err)
{
	const char *where = args_option(args, "where");
	if (where)
		return set_where(s, args, where, err);
	return args->count && names_several(s, args->words[0]) ? set_several(s, args, err) : set_one(s, args, err);
}
