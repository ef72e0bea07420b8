/* import stix|misp|timesketch|l2t|iris|thehive|hayabusa|velociraptor FILE: what other tools exported (outward/intake/intake.h). */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "outward/intake/intake.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_as(const char *as, struct intake *in, struct err *err)
{
	if (!as || strcmp(as, "observations") == 0)
		return !as || in->format->timeline
		           ? 0
		           : err_set(err, ERR_USAGE,
		                     _("--as observations: only rows of a time line become observations"));
	if (strcmp(as, "records") != 0)
		return err_set(err, ERR_USAGE, _("--as %s: allowed are records and observations"), as);
	in->records = 1;
	return 0;
}

static int read_tlp(const char *tlp, struct err *err)
{
	static const char *const levels[] = {"RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"};
	for (size_t i = 0; tlp && i < sizeof levels / sizeof *levels; i++)
		if (strcmp(levels[i], tlp) == 0)
			return 0;
	return tlp ? err_set(err, ERR_USAGE, _("--tlp %s: allowed are CLEAR, GREEN, AMBER, AMBER+STRICT, RED"), tlp)
	           : 0;
}

static int write_loss(const struct intake *in, const char *path, struct err *err)
{
	char *text = path ? json_dumps(in->loss, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
	int rc = text ? path_write_file(path, text, strlen(text), 0, err) : 0;
	free(text);
	return rc;
}

static void tell(struct session *s, const struct intake *in)
{
	FILE *out = in->dry_run ? s->out : s->log;
	size_t i;
	json_t *line;
	for (const char *p = in->labels.data; !in->dry_run && p < in->labels.data + in->labels.len; p += strlen(p) + 1)
		cmd_print_label(s, p);
	if (*in->check)
		cmd_print_label(s, in->check);
	printable_printf(out,
	                 P_("%s%llu item in the file: %llu taken in, %llu named as not taken\n",
	                    "%s%llu items in the file: %llu taken in, %llu named as not taken\n",
	                    (unsigned long long)in->items),
	                 in->dry_run ? _("dry run, nothing is written: ") : "", (unsigned long long)in->items,
	                 (unsigned long long)in->taken, (unsigned long long)in->named);
	if (in->updated)
		printable_printf(out,
		                 P_("%llu record of this case was updated\n",
		                    "%llu records of this case were updated\n", (unsigned long long)in->updated),
		                 (unsigned long long)in->updated);
	if (*in->evidence)
		printable_printf(out, _("the file is preserved as %s\n"), in->evidence);
	json_array_foreach(in->loss, i, line) {
		json_int_t records = json_integer_value(json_object_get(line, "records"));
		const char *kind = json_get_string(line, "kind");
		if (json_is(line, "what", "item"))
			printable_printf(out, _("not taken: %lld × %s: %s\n"), (long long)records,
			                 json_get_string(line, "field"), json_get_string(line, "reason"));
		else
			printable_printf(out, _("left out: %lld × %s.%s: %s\n"), (long long)records, kind ? kind : "",
			                 json_get_string(line, "field"), json_get_string(line, "reason"));
	}
}

static void print_json(struct session *s, const struct intake *in)
{
	json_t *array = json_array();
	json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "kind", "import",
	                                       "label", in->check, "format", in->format->name, "evidence", in->evidence,
	                                       "items", (json_int_t)in->items, "taken", (json_int_t)in->taken, "named",
	                                       (json_int_t)in->named, "records", (json_int_t)in->added, "updated",
	                                       (json_int_t)in->updated));
	json_array_extend(array, in->loss);
	cmd_print_json(s, array);
}

int cmd_import_exchange(struct session *s, const struct args *args, const struct intake_format *format, struct err *err)
{
	struct intake in = {.c = s->c,
	                    .format = format,
	                    .name = args->words[1],
	                    .origin = args_option(args, "origin"),
	                    .tlp = args_option(args, "tlp"),
	                    .on = args_option(args, "on"),
	                    .again = args_option(args, "again") != NULL,
	                    .dry_run = args_option(args, "dry-run") != NULL,
	                    .progress = &s->progress};
	const char *loss = args_option(args, "loss");
	if (read_as(args_option(args, "as"), &in, err) < 0 || read_tlp(in.tlp, err) < 0 ||
	    (!in.dry_run && case_may_write(s->c, err) < 0) || (loss && path_must_be_new(loss, err) < 0))
		return -1;
	in.fd = session_input(s, args->words[1], err);
	if (in.fd < 0)
		return -1;
	int rc = intake_run(&in, err);
	close(in.fd);
	if (rc == 0)
		rc = write_loss(&in, loss, err);
	if (rc == 0 && args_option(args, "json"))
		print_json(s, &in);
	else if (rc == 0)
		tell(s, &in);
	if (rc == 0 && in.items && in.taken == 0)
		rc = err_set(err, ERR_FAILED, _("nothing of %s could be taken in"), args->words[1]);
	intake_release_result(&in);
	return rc;
}
