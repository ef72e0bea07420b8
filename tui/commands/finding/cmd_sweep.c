/* sweep: indicators over evidence, observations and files. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/sweep/record/sweep_found.h"
#include "finding/sweep/record/sweep_record.h"
#include "finding/sweep/sweep_case.h"
#include "finding/sweep/sweep_engine.h"
#include "finding/sweep/sweep_medium.h"
#include "finding/sweep/sweep_run.h"
#include "tui/commands/finding/passwords.h"
#include "tui/commands/finding/sweep_live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_LIMIT (256U << 20)

enum sweep_output { FOR_PEOPLE, AS_ARRAY, AS_LINES };

struct sweep_command {
	struct session *s;
	enum sweep_output output;
	json_t *objects; /* AS_ARRAY */
	struct text_table table;
	struct text_table uploads;
	uint64_t skipped;
};

static int tell(struct sweep_command *command, json_t *object)
{
	if (command->output == AS_ARRAY) {
		json_array_append_new(command->objects, object);
	} else if (command->output == AS_LINES) {
		char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
		struct buf line = BUF_INIT;
		printable_json(&line, text);
		fprintf(command->s->out, "%s\n", line.data);
		fflush(command->s->out);
		buf_release(&line);
		free(text);
		json_decref(object);
	} else {
		json_decref(object);
	}
	return 0;
}

static void tell_skipped(void *ctx, uint64_t line, const char *value, const char *reason)
{
	struct sweep_command *command = ctx;
	command->skipped++;
	if (command->output == FOR_PEOPLE) {
		char *safe = printable_dup(value);
		if (line > 0)
			printable_printf(command->s->log, _("line %llu, %s: %s\n"), (unsigned long long)line, safe,
			                 reason);
		else /* of the case */
			printable_printf(command->s->log, _("not looked for, '%s': %s\n"), safe, reason);
		free(safe);
		return;
	}
	json_t *text = cmd_json_text(value);
	tell(command, json_pack("{s:s, s:s, s:I, s:o, s:s}", "label", "", "kind", "skipped", "line", (json_int_t)line,
	                        "value", text, "reason", reason));
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

static void add_cells(struct text_table *table, const json_t *object, const char *const *names, size_t count)
{
	char number[32];
	for (size_t i = 0; i < count; i++) {
		const json_t *cell = json_object_get(object, names[i]);
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(cell));
		char *safe = printable_dup(json_is_integer(cell) ? number : text_of(object, names[i]));
		text_table_add(table, safe);
		free(safe);
	}
}

/* What a client sent somewhere in an hour. */
static void show_upload(struct sweep_command *command, const json_t *object)
{
	static const char *const names[] = {"hour",  "client", "asset",    "indicator",
	                                    "posts", "puts",   "connects", "bytes"};
	static const char *const heading[] = {N_("hour"), N_("client"), N_("asset"), N_("sent to"),
	                                      "POST",     "PUT",        "CONNECT",   N_("bytes")};
	if (!command->uploads.count)
		for (size_t i = 0; i < sizeof heading / sizeof *heading; i++)
			text_table_add(&command->uploads, i18n_text(heading[i]));
	add_cells(&command->uploads, object, names, sizeof names / sizeof *names);
}

/* For people: a line an indicator, and what went wrong as it comes. */
static void show(struct sweep_command *command, const json_t *object)
{
	if (json_object_get(object, "reason"))
		printable_printf(command->s->log, "%s: %s\n", text_of(object, "path"), text_of(object, "reason"));
	if (json_object_get(object, "connects"))
		show_upload(command, object);
	if (!json_object_get(object, "clients"))
		return;
	if (!command->table.count) {
		static const char *const heading[] = {N_("indicator"), N_("hits"),    N_("first"),
		                                      N_("last"),      N_("clients"), N_("sources")};
		for (size_t i = 0; i < sizeof heading / sizeof *heading; i++)
			text_table_add(&command->table, i18n_text(heading[i]));
	}
	static const char *const columns[] = {"indicator", "hits", "first", "last", "clients", "evidence"};
	add_cells(&command->table, object, columns, sizeof columns / sizeof *columns);
}

static int take_object(void *ctx, json_t *object, struct err *err)
{
	struct sweep_command *command = ctx;
	(void)err;
	if (command->s->in_workbench && strcmp(text_of(object, "kind"), "hit") == 0)
		sweep_live_hit(object);
	if (command->output == FOR_PEOPLE)
		show(command, object);
	return tell(command, object);
}

/* ---- what is looked for */

static int read_lists(struct sweep_command *command, const struct args *args, struct sweep_list *list, struct err *err)
{
	const char *path;
	for (size_t i = 0; (path = args_option_at(args, "list", i)); i++) {
		struct buf text = BUF_INIT;
		int fd = session_input(command->s, path, err);
		int rc = fd < 0 ? -1 : buf_read_fd(&text, fd, LIST_LIMIT, err);
		if (fd >= 0)
			close(fd);
		if (rc == 0)
			sweep_list_read(list, text.data, text.len, tell_skipped, command);
		buf_release(&text);
		if (rc < 0)
			return err_prefix(err, "%s", path);
	}
	return 0;
}

static int parse_number(const struct args *args, const char *name, uint64_t least, uint64_t most, uint64_t *value,
                        struct err *err)
{
	const char *text = args_option(args, name);
	char *end;
	if (!text)
		return 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n < least || n > most)
		return err_set(err, ERR_USAGE, _("--%s %s: a number from %llu to %llu"), name, text,
		               (unsigned long long)least, (unsigned long long)most);
	*value = n;
	return 0;
}

/* What it came to. */
struct sweep_total {
	uint64_t indicators;
	uint64_t files;
	uint64_t members;
	uint64_t bytes;
	uint64_t hits;
	uint64_t kept;
	uint64_t problems;
	const char *list_sha256;
	const char *checks; /* labels with commas; "" or NULL: nothing is on record */
};

static int conclude(struct sweep_command *command, const struct sweep_total *sum, struct err *err)
{
	const char *checks = sum->checks ? sum->checks : "";
	char *check = xstrndup(checks, strcspn(checks, ","));
	tell(command, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s?, s:s}", "label", check, "kind",
	                        "summary", "indicators", (json_int_t)sum->indicators, "files", (json_int_t)sum->files,
	                        "members", (json_int_t)sum->members, "bytes", (json_int_t)sum->bytes, "hits",
	                        (json_int_t)sum->hits, "kept", (json_int_t)sum->kept, "list_sha256", sum->list_sha256,
	                        "check", *check ? check : NULL, "checks", checks));
	free(check);
	if (command->output == AS_ARRAY) {
		cmd_print_json(command->s, command->objects);
		command->objects = NULL;
	}
	if (command->output == FOR_PEOPLE) {
		command->table.columns = 6;
		text_table_print(&command->table, command->s->out, 60);
		command->uploads.columns = 8;
		if (command->uploads.count) {
			printable_printf(command->s->out, "\n%s\n", _("Uploads by client and hour:"));
			text_table_print(&command->uploads, command->s->out, 60);
		}
		printable_printf(command->s->log,
		                 P_("%llu indicator; files read: %llu, bytes: %llu, hits: %llu\n",
		                    "%llu indicators; files read: %llu, bytes: %llu, hits: %llu\n", sum->indicators),
		                 (unsigned long long)sum->indicators, (unsigned long long)sum->files,
		                 (unsigned long long)sum->bytes, (unsigned long long)sum->hits);
	}
	if (sum->problems)
		return err_set(err, ERR_FAILED,
		               P_("%llu source could not be read to its end",
		                  "%llu sources could not be read to their end", sum->problems),
		               (unsigned long long)sum->problems);
	return 0;
}

static unsigned flags_of(const struct args *args)
{
	return args_option(args, "hosts-of-urls") ? SWEEP_HOSTS_OF_URLS : 0;
}

struct sweep_command_limits {
	uint64_t max;
	uint64_t ratio;
	uint64_t jobs;
	json_t *passwords;
};

/* Looks only: nothing is on record. */
static int look(struct sweep_command *command, const struct args *args, const struct sweep_list *list,
                const struct sweep_command_limits *limits, struct err *err)
{
	struct sweep_run run = {.list = list,
	                        .flags = flags_of(args),
	                        .defanged = args_option(args, "defanged") != NULL,
	                        .max = limits->max,
	                        .ratio = limits->ratio,
	                        .passwords = limits->passwords,
	                        .jobs = (unsigned)limits->jobs,
	                        .object = take_object,
	                        .ctx = command,
	                        .progress = &command->s->progress};
	struct sweep_media media = {.count = 0};
	int rc = 0;
	for (size_t i = 0; i < args->count && rc == 0; i++) {
		int is_input = strcmp(args->words[i], "-") == 0;
		int fd = is_input ? session_input(command->s, args->words[i], err) : -1;
		int is_image = is_input ? 0 : sweep_media_add(&media, &run, args->words[i], err);
		rc = is_image < 0 || (is_input && fd < 0) ? -1
		     : is_image                           ? 0
		                                          : sweep_run_add_path(&run, args->words[i], fd, err);
	}
	if (rc == 0)
		rc = sweep_run_go(&run, err);
	if (rc == 0) {
		char sha256[65];
		sweep_list_digest(list, sha256);
		struct sweep_total sum = {list->count, run.files,    run.members, run.bytes, run.hits,
		                          run.kept,    run.problems, sha256,      NULL};
		rc = conclude(command, &sum, err);
	}
	sweep_run_release(&run);
	sweep_media_release(&media);
	return rc;
}

static void tell_preserved(void *ctx, const char *label, const char *path)
{
	struct sweep_command *command = ctx;
	char *safe = printable_dup(path);
	printable_printf(command->s->log, _("%s is on record as %s\n"), safe, label);
	free(safe);
}

/* On record. */
static int record(struct sweep_command *command, const struct args *args, const struct sweep_list *list,
                  const struct sweep_command_limits *limits, struct err *err)
{
	char on[LABEL_TEXT];
	struct sweep_order order = {.list = list,
	                            .words = (const char *const *)args->words,
	                            .count = args->count,
	                            .on = cmd_asset(command->s, args_option(args, "on"), on),
	                            .missing = args_option(args, "missing") != NULL,
	                            .flags = flags_of(args),
	                            .defanged = args_option(args, "defanged") != NULL,
	                            .max = limits->max,
	                            .ratio = limits->ratio,
	                            .passwords = limits->passwords,
	                            .jobs = (unsigned)limits->jobs,
	                            .object = take_object,
	                            .preserved = tell_preserved,
	                            .ctx = command,
	                            .progress = &command->s->progress};
	struct sweep_outcome outcome;
	if (command->s->in_workbench)
		sweep_live_begin();
	int rc = sweep_record(command->s->c, &order, &outcome, err);
	if (command->s->in_workbench)
		sweep_live_end();
	if (rc == 0) {
		struct sweep_total sum = {outcome.indicators, outcome.files,       outcome.members,
		                          outcome.bytes,      outcome.hits,        outcome.kept,
		                          outcome.problems,   outcome.list_sha256, outcome.checks.data};
		if (outcome.evidence == 0 && outcome.problems == 0)
			fputs(outcome.on_record
			          ? _("Everything was swept for already: nothing is missing.\n")
			          : _("No evidence is on record that could be swept: nothing was looked at.\n"),
			      command->s->log);
		rc = conclude(command, &sum, err);
		if (command->output == FOR_PEOPLE)
			for (const char *at = outcome.checks.data; *at;) {
				char *label = xstrndup(at, strcspn(at, ","));
				cmd_print_label(command->s, label);
				at += strlen(label);
				at += *at == ',';
				free(label);
			}
	}
	sweep_outcome_release(&outcome);
	return rc;
}

/* What the hits on record say of the indicators: told, or put on record. */
static int propose(struct session *s, const struct args *args, struct err *err)
{
	struct sweep_found found;
	if (sweep_found_load(&found, s->c, err) < 0)
		return -1;
	json_t *proposals = sweep_proposals(&found, s->c, err);
	int rc = proposals ? 0 : -1;
	if (rc == 0 && args_option(args, "accept") && json_array_size(proposals))
		rc = sweep_accept(s->c, proposals, err);
	if (rc == 0 && args_option(args, "json")) {
		cmd_print_json(s, json_incref(proposals));
	} else if (rc == 0) {
		const json_t *p;
		size_t i;
		json_array_foreach(proposals, i, p)
			printable_printf(s->out, "%s  %s  %s → %s\n", text_of(p, "label"), text_of(p, "field"),
			                 *text_of(p, "was") ? text_of(p, "was") : "-", text_of(p, "value"));
	}
	json_decref(proposals);
	sweep_found_release(&found);
	return rc;
}

int cmd_sweep(struct session *s, const struct args *args, struct err *err)
{
	struct sweep_command command = {.s = s, .table = {.columns = 6}, .uploads = {.columns = 8}};
	struct sweep_list list = {.take_private = args_option(args, "all") != NULL};
	struct sweep_command_limits limits = {.max = 1000};
	int looks = args_option(args, "look") != NULL;
	int rc = 0;
	if (args_option(args, "jsonl"))
		command.output = AS_LINES;
	else if (args_option(args, "json"))
		command.output = AS_ARRAY;
	if (looks && (args->count == 0 || args_option(args, "missing") || args_option(args, "on")))
		return cmd_usage("sweep", err);
	if (looks && !args_option(args, "list") && !s->path && !s->c)
		return err_set(err, ERR_USAGE,
		               _("sweep --look: needs --list FILE, or a case (-c), which say what to look for"));
	if (parse_number(args, "max", 0, UINT32_MAX, &limits.max, err) < 0 ||
	    parse_number(args, "max-ratio", 1, 1000000, &limits.ratio, err) < 0 ||
	    parse_number(args, "jobs", 1, 64, &limits.jobs, err) < 0)
		return -1;
	if (args_option(args, "propose") || args_option(args, "accept"))
		return args->count || looks ? cmd_usage("sweep", err) : propose(s, args, err);
	if (passwords_read(s, args, &limits.passwords, err) < 0)
		return -1;
	command.objects = json_array();
	if (!looks || !args_option(args, "list"))
		rc = session_open(s, err) < 0 ? -1 : sweep_list_read_case(&list, s->c, tell_skipped, &command, err);
	if (rc == 0)
		rc = read_lists(&command, args, &list, err);
	if (rc == 0 && list.count == 0)
		rc = err_set(err, ERR_INVALID,
		             _("nothing to look for: no line of the lists, or no record of the case, is an indicator"));
	if (rc == 0)
		rc = looks ? look(&command, args, &list, &limits, err) : record(&command, args, &list, &limits, err);
	json_decref(command.objects);
	json_decref(limits.passwords);
	text_table_release(&command.table);
	text_table_release(&command.uploads);
	sweep_list_release(&list);
	return rc;
}
