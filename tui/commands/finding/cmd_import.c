/* import: lists, mails and receipts. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/action/custody.h"
#include "case/store/record.h"
#include "handover/parcel/transfer.h"
#include "outward/exchange/csv_import.h"
#include "outward/intake/intake_format.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAPS 24

/* Who took over what was handed over, and when. */
static void tell_receipt(struct session *s, const char *label)
{
	json_t *transfer = record_get(s->c, label, 0, NULL);
	const char *accepted = transfer ? json_get_string(transfer, "accepted") : NULL;
	char *to = transfer ? custody_person(s->c, transfer, "to") : NULL;
	char *when = edtf_said(accepted ? accepted : "");
	printable_printf(s->log, _("receipt taken in: %s has taken over what was handed over, %s\n"), to ? to : "?",
	                 when);
	free(when);
	free(to);
	json_decref(transfer);
}

static int import_receipt(struct session *s, const struct args *args, struct err *err)
{
	char label[LABEL_TEXT];
	struct buf bytes = BUF_INIT;
	int fd = session_input(s, args->words[1], err);
	int rc = fd < 0 ? -1 : buf_read_fd(&bytes, fd, RECEIPT_LIMIT, err);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		rc = transfer_import_receipt(s->c, bytes.data, bytes.len, label, err);
	if (rc == 0) {
		tell_receipt(s, label);
		cmd_print_label(s, label);
	}
	buf_release(&bytes);
	return rc;
}

/* ---- import csv */

static int separator_of(const char *name, char *separator, struct err *err)
{
	*separator = '\0';
	if (!name)
		return 0;
	if (strcmp(name, "tab") == 0 || strcmp(name, "\\t") == 0)
		*separator = '\t';
	else if (strlen(name) == 1 && strchr(",;\t|", *name))
		*separator = *name;
	else
		return err_set(err, ERR_USAGE, _("--separator %s: allowed are , ; | and tab"), name);
	return 0;
}

static int read_list(struct session *s, const struct args *args, struct csv_file *file, struct err *err)
{
	enum csv_encoding encoding = CSV_AUTO;
	char separator;
	struct buf bytes = BUF_INIT;
	const char *path = args->words[1];
	const char *name = args_option(args, "encoding");
	if ((name && csv_encoding_find(name, &encoding, err) < 0) ||
	    separator_of(args_option(args, "separator"), &separator, err) < 0)
		return -1;
	int fd = session_input(s, path, err);
	int rc = fd < 0 ? -1 : buf_read_fd(&bytes, fd, CSV_LIMIT, err);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		rc = csv_read(bytes.data, bytes.len, encoding, separator, file, &s->progress, err);
	if (rc < 0)
		err_prefix(err, "%s", path);
	buf_release(&bytes);
	return rc;
}

static void tell_columns(FILE *out, const struct csv_import *import)
{
	size_t i;
	json_t *field;
	struct buf left_out = BUF_INIT;
	json_array_foreach(import->columns, i, field) {
		const char *column = json_string_value(json_array_get(import->heading, i));
		if (!json_is_string(field) && *column && strncmp(column, "genba:", 6) != 0)
			buf_addf(&left_out, "%s%s", left_out.len ? ", " : "", column);
	}
	struct buf safe = BUF_INIT;
	printable_add(&safe, left_out.data, left_out.len, PRINTABLE_LINE);
	if (safe.len)
		printable_printf(out, _("columns left out: %s\n"), safe.data);
	buf_release(&safe);
	buf_release(&left_out);
}

/* What in the list wants a look, a line each. */
static void tell_doubts(FILE *out, const struct csv_import *import)
{
	if (import->known_count)
		printable_printf(out, _("%zu of the rejected are already on record\n"), import->known_count);
	if (import->twice_count)
		printable_printf(out,
		                 P_("%zu of the rejected is in the list twice\n",
		                    "%zu of the rejected are in the list twice\n", import->twice_count),
		                 import->twice_count);
	if (import->total_count)
		printable_printf(
		    out, P_("%zu row of sums is left out\n", "%zu rows of sums are left out\n", import->total_count),
		    import->total_count);
	if (import->number_count)
		printable_printf(out,
		                 P_("%zu name is a number only (first in line %zu): is it the right column?\n",
		                    "%zu names are numbers only (first in line %zu): is it the right column?\n",
		                    import->number_count),
		                 import->number_count, import->number_line);
	size_t parties = json_object_size(import->made[CSV_PARTIES]);
	size_t sites = json_object_size(import->made[CSV_SITES]);
	if (parties)
		printable_printf(out,
		                 P_("%zu name in the list was not on record: it is a party now\n",
		                    "%zu names in the list were not on record: they are parties now\n", parties),
		                 parties);
	if (sites)
		printable_printf(out,
		                 P_("%zu site in the list was not on record: it is now\n",
		                    "%zu sites in the list were not on record: they are now\n", sites),
		                 sites);
	if (import->remark_count)
		printable_printf(out,
		                 P_("%zu remark is a note about its record\n",
		                    "%zu remarks are notes about their records\n", import->remark_count),
		                 import->remark_count);
}

/* Counts first, then what wants a look, then row by row. */
static void tell_import(struct session *s, const struct csv_import *import, const struct csv_file *file)
{
	FILE *out = import->dry_run ? s->out : s->log;
	printable_printf(out,
	                 P_("%s%zu row taken in, %zu rejected (%s)\n", "%s%zu rows taken in, %zu rejected (%s)\n",
	                    (unsigned long long)import->added),
	                 import->dry_run ? _("dry run, nothing is written: ") : "", import->added,
	                 import->rejected_count, csv_encoding_name(file->encoding));
	tell_doubts(out, import);
	tell_columns(out, import);
	if (import->above_heading)
		printable_printf(out,
		                 P_("the columns are named in line %zu; %zu row above it is left out\n",
		                    "the columns are named in line %zu; %zu rows above it are left out\n",
		                    import->above_heading),
		                 import->heading_line, import->above_heading);
	if (import->short_count)
		printable_printf(out,
		                 P_("%zu row is shorter than the heading: its last fields are empty\n",
		                    "%zu rows are shorter than the heading: their last fields are empty\n",
		                    import->short_count),
		                 import->short_count);
	if (file->guessed)
		printable_printf(
		    out,
		    _("the encoding was guessed: %s; if letters are wrong, name another: --encoding windows-1252, "
		      "cp932\n"),
		    csv_encoding_name(file->encoding));
	for (size_t i = 0; i < import->rejected_count; i++)
		printable_printf(out, _("line %zu: %s\n"), import->rejected[i].line, import->rejected[i].reason);
	for (size_t i = 0; i < import->added && !import->dry_run; i++)
		cmd_print_label(s, import->labels[i]);
}

static int write_rejects(const struct csv_import *import, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = 0;
	if (path && import->rejected_count) {
		csv_import_rejects(import, &text);
		rc = path_write_file(path, text.data, text.len, 0, err);
	}
	buf_release(&text);
	return rc;
}

/* In the workbench a list is looked at before it is taken in, unless the line says how. */
static int is_looked_at(const struct session *s, const struct args *args)
{
	static const char *const said[] = {"map", "encoding", "separator", "rejects", "again", "dry-run"};
	int plain = strcmp(args->words[1], "-") != 0;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		plain &= !args_option(args, said[i]);
	return plain && s->in_workbench && !s->remote_command && !s->in_script && !s->list;
}

/* As it was looked at in the workbench. */
static int import_shown(struct session *s, struct err *err)
{
	struct csv_import import = {.kind = s->list->kind, .chosen = s->list->columns, .remember = s->list->remember};
	int rc = csv_import(s->c, &import, &s->list->file, &s->progress, err);
	if (rc == 0)
		tell_import(s, &import, &s->list->file);
	if (rc == 0 && import.added == 0 && import.rejected_count > 0)
		rc = err_set(err, ERR_FAILED, "%s", _("no row of the list could be taken in"));
	csv_import_release(&import);
	return rc;
}

static int import_list(struct session *s, const struct args *args, struct err *err)
{
	const char *maps[MAPS];
	struct csv_file file;
	const char *rejects = args_option(args, "rejects");
	struct csv_import import = {.kind = kind_named(args->count > 2 ? args->words[2] : "asset", err),
	                            .map = maps,
	                            .dry_run = args_option(args, "dry-run") != NULL,
	                            .again = args_option(args, "again") != NULL};
	if (!import.kind)
		return -1;
	if (s->list)
		return import_shown(s, err);
	if (is_looked_at(s, args)) {
		free(s->request_list);
		s->request_list = xasprintf("%s %s", import.kind->name, args->words[1]);
		s->request = REQUEST_LIST;
		return 0;
	}
	while (import.map_count < MAPS && (maps[import.map_count] = args_option_at(args, "map", import.map_count)))
		import.map_count++;
	if (rejects && path_must_be_new(rejects, err) < 0)
		return -1;
	if (read_list(s, args, &file, err) < 0)
		return -1;
	int rc = csv_import(s->c, &import, &file, &s->progress, err);
	if (rc == 0) {
		tell_import(s, &import, &file);
		rc = write_rejects(&import, rejects, err);
	}
	if (rc == 0 && import.added == 0 && import.rejected_count > 0)
		rc = err_set(err, ERR_FAILED, _("no row of the list could be taken in"));
	csv_import_release(&import);
	csv_file_release(&file);
	return rc;
}

/* What comes in. */
static const struct {
	const char *name;
	size_t least, most; /* words behind it */
	int (*run)(struct session *s, const struct args *args, struct err *err);
} imports[] = {
    {"csv", 1, 2, import_list},
    {"mail", 1, SIZE_MAX, cmd_import_mail},
    {"receipt", 1, 1, import_receipt},
};

int cmd_import(struct session *s, const struct args *args, struct err *err)
{
	size_t words = args->count ? args->count - 1 : 0;
	for (size_t i = 0; words && i < sizeof imports / sizeof *imports; i++)
		if (strcmp(args->words[0], imports[i].name) == 0 && words >= imports[i].least &&
		    words <= imports[i].most)
			return imports[i].run(s, args, err);
	const struct intake_format *format = words == 1 ? intake_format_find(args->words[0]) : NULL;
	return format ? cmd_import_exchange(s, args, format, err) : cmd_usage("import", err);
}
