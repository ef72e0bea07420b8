/* export stix|misp|timesketch: what leaves the case through the gate (outward/release/release.h). */
#include "tui/command/cmd.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/exchange/shared_form.h"

#include <stdlib.h>
#include <string.h>

/* The loss statement: whole in a file, in a sentence on standard error. */
static int tell_loss(struct session *s, const struct release *r, const char *file, struct err *err)
{
	uint64_t records;
	uint64_t left_out;
	json_t *loss = release_loss(r);
	release_counts(r, &records, &left_out);
	printable_printf(s->log, _("%llu records leave, %llu stay\n"), (unsigned long long)records,
	                 (unsigned long long)left_out);
	size_t fields = 0;
	size_t i;
	json_t *item;
	json_array_foreach(loss, i, item) {
		const char *what = json_string_value(json_object_get(item, "what"));
		fields += what && strcmp(what, "field") == 0;
	}
	if (fields)
		printable_printf(s->log, _("%zu kinds of field are left out or altered (--loss FILE names them)\n"),
		                 fields);
	int rc = 0;
	if (file) {
		char *text = json_dumps(loss, JSON_INDENT(1) | JSON_SORT_KEYS);
		rc = path_write_file(file, text, strlen(text), PATH_REPLACE, err);
		free(text);
	}
	json_decref(loss);
	return rc;
}

int cmd_export_shared(struct session *s, const struct args *args, const struct shared_form *form, struct err *err)
{
	char label[LABEL_TEXT] = "";
	struct buf bytes = BUF_INIT;
	const char *path = args->words[1];
	int dry = args_option(args, "dry-run") != NULL;
	struct release_wish wish = {.to = args_option(args, "to"),
	                            .tlp = args_option(args, "tlp"),
	                            .approved_by = args_option(args, "approved-by"),
	                            .where = args_option(args, "where"),
	                            .redacted = args_option(args, "redacted") != NULL,
	                            .internal = args_option(args, "internal") != NULL};
	if (!dry && case_may_write(s->c, err) < 0)
		return err_prefix(err, _("what leaves is put on record"));
	struct release *r = release_open(s->c, &wish, err);
	int rc = r ? form->write(r, form->variant ? form->variant(path) : NULL, &bytes, err) : -1;
	if (rc == 0)
		rc = release_finish(r, form->name, bytes.data, bytes.len, dry ? NULL : path, label, err);
	if (rc == 0)
		rc = tell_loss(s, r, args_option(args, "loss"), err);
	if (rc == 0 && !dry)
		cmd_print_label(s, label);
	release_close(r);
	buf_release(&bytes);
	return rc;
}
