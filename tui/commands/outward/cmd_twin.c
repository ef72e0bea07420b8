/* twin: proof of what a case says, without saying it (outward/twin/twin.h). */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "outward/twin/twin.h"
#include "tui/commands/outward/release_request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_twin(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct twin_made made;
	(void)variant;
	if (twin_write(r, out, &made, err) < 0)
		return -1;
	release_keep_secret(r, made.key);
	return 0;
}

/* What was handed over later: an array, as `twin disclose` prints it. */
static int read_handed(struct session *s, const char *path, json_t **handed, struct err *err)
{
	struct buf bytes = BUF_INIT;
	if (!path)
		return 0;
	int fd = session_input(s, path, err);
	int rc = fd < 0 ? -1 : buf_read_fd(&bytes, fd, JSON_LIMIT, err);
	if (fd >= 0)
		close(fd);
	if (rc == 0 && !(*handed = json_parse(bytes.data, bytes.len, err)))
		rc = -1;
	if (rc == 0 && !json_is_array(*handed))
		rc = err_set(err, ERR_INVALID, _("%s: this is no list of fields that were handed over"), path);
	buf_release(&bytes);
	return rc;
}

static int check_against(struct session *s, const char *path, const struct twin_checked *checked, struct err *err)
{
	if (!path)
		return 0;
	if (s->c && s->path && strcmp(s->path, path) != 0)
		return err_set(err, ERR_USAGE, _("--against %s: another case is open here; use a shell of its own"),
		               path);
	if (!s->c) {
		free(s->path);
		s->path = xstrdup(path);
		if (session_open(s, err) < 0)
			return -1;
	}
	return twin_against(s->c, checked, err);
}

static void tell(struct session *s, const struct args *args, const struct twin_checked *c, int against)
{
	if (args_option(args, "json")) {
		json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "kind", "twin",
		                         "label", "", "case", c->case_id, "commit", c->commit, "time", c->time, "root",
		                         c->root, "signer", c->signer, "fields", (json_int_t)c->leaves, "disclosed",
		                         (json_int_t)c->disclosed, "proven", (json_int_t)c->proven, "against", against);
		cmd_print_json(s, json_pack("[o]", line));
		return;
	}
	printable_printf(s->out, _("case %s, commit %s, %s\n"), c->case_id, c->commit, c->time);
	printable_printf(s->out,
	                 P_("%llu field, of which %llu are told; root %s\n",
	                    "%llu fields, of which %llu are told; root %s\n", (unsigned long long)c->leaves),
	                 (unsigned long long)c->leaves, (unsigned long long)c->disclosed, c->root);
	printable_printf(s->out, _("signed by %s\n"), c->signer);
	if (c->proven)
		printable_printf(s->out, _("fields that were handed over and stand in it: %llu\n"),
		                 (unsigned long long)c->proven);
	if (against)
		printable_printf(s->out, _("the case gives the same root\n"));
}

static int verify(struct session *s, const struct args *args, struct err *err)
{
	struct twin_checked checked;
	json_t *handed = NULL;
	const char *against = args_option(args, "against");
	int fd = -1;
	int rc = read_handed(s, args_option(args, "disclosed"), &handed, err);
	if (rc == 0)
		rc = (fd = session_input(s, args->words[1], err)) < 0 ? -1 : 0;
	if (rc == 0)
		rc = twin_check(fd, handed, &s->progress, &checked, err);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		rc = check_against(s, against, &checked, err);
	if (rc == 0)
		tell(s, args, &checked, against != NULL);
	json_decref(handed);
	return rc;
}

static int write_fields(struct session *s, const json_t *array, const char *path, struct err *err)
{
	struct buf bytes = BUF_INIT;
	char *text = json_dumps(array, JSON_INDENT(1) | JSON_SORT_KEYS);
	buf_addf(&bytes, "%s\n", text ? text : "[]");
	int rc = path_write_file(path, bytes.data, bytes.len, 0, err);
	if (rc == 0)
		printable_printf(s->log, _("written: %s\n"), path);
	free(text);
	buf_release(&bytes);
	return rc;
}

/* twin disclose RELEASE LABEL FIELD…: values and salts, for whoever has the twin. */
static int disclose(struct session *s, const struct args *args, struct err *err)
{
	json_t *array = json_array();
	int rc = 0;
	for (size_t i = 3; i < args->count && rc == 0; i++) {
		json_t *field = twin_disclose(s->c, args->words[1], args->words[2], args->words[i], err);
		rc = field ? json_array_append_new(array, field) : -1;
	}
	const char *out = args_option(args, "out");
	if (rc == 0 && out)
		rc = write_fields(s, array, out, err);
	else if (rc == 0)
		cmd_print_json(s, json_incref(array));
	json_decref(array);
	return rc;
}

int cmd_twin(struct session *s, const struct args *args, struct err *err)
{
	const char *what = args->count ? args->words[0] : "";
	if (strcmp(what, "verify") == 0)
		return args->count == 2 ? verify(s, args, err) : cmd_usage("twin", err);
	if (strcmp(what, "disclose") == 0 ? args->count < 4 : args->count != 1)
		return cmd_usage("twin", err);
	if (session_open(s, err) < 0)
		return -1;
	if (strcmp(what, "disclose") == 0)
		return disclose(s, args, err);
	return release_request(s, args, what, "twin", 1, NULL, write_twin, err);
}
