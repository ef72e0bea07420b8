/* `findings`: what the first checks say of all evidence that triage has read. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"
#include "finding/triage/findings.h"
#include "finding/triage/hosts.h"
#include "tui/commands/finding/print_findings.h"

#include <string.h>

/* Of one evidence after the other. */
static void print_by_source(FILE *out, const json_t *findings)
{
	for (size_t i = 0; i < json_array_size(findings);) {
		const json_t *first = json_array_get(findings, i);
		json_t *some = json_array();
		for (; i < json_array_size(findings) && strcmp(json_get_string(json_array_get(findings, i), "source"),
		                                               json_get_string(first, "source")) == 0;
		     i++)
			json_array_append(some, json_array_get(findings, i));
		printable_printf(out, _("%s, of %s, read by %s\n"), json_get_string(first, "source"),
		                 json_get_string(first, "asset"), json_get_string(first, "check"));
		print_findings(out, some);
		json_decref(some);
	}
}

/* ---- hosts × rules */

struct host_names {
	struct session *s;
	struct buf name;
};

static const char *name_of_host(void *ctx, const char *label)
{
	struct host_names *n = ctx;
	json_t *asset = record_get(n->s->c, label, 0, NULL);
	const char *name = json_get_string(asset, "hostname");
	buf_clear(&n->name);
	buf_adds(&n->name, name ? name : "");
	json_decref(asset);
	return n->name.data;
}

static void print_host_line(void *ctx, enum host_line what, const char *label, const char *text)
{
	struct session *s = ctx;
	(void)what;
	(void)label;
	fprintf(s->out, "%s\n", text);
}

static void print_hosts(struct session *s, const json_t *findings, int json)
{
	struct host_names names = {s, BUF_INIT};
	struct host_matrix *m = host_matrix_new(findings);
	if (json) {
		cmd_print_json(s, host_matrix_json(m, name_of_host, &names));
	} else {
		host_matrix_lines(m, name_of_host, &names, 110, print_host_line, s);
		if (host_matrix_hosts(m) == 0)
			fputs(_("No finding fits. Nothing is known of evidence that was not read: `genba triage LABEL` "
			        "reads it.\n"),
			      s->log);
	}
	host_matrix_free(m);
	buf_release(&names.name);
}

int cmd_findings(struct session *s, const struct args *args, struct err *err)
{
	struct buf filter = BUF_INIT;
	for (size_t i = 0; i < args->count; i++)
		buf_addf(&filter, "%s%s", i ? " " : "", args->words[i]);
	json_t *findings = triage_findings(s->c, filter.data, &s->progress, err);
	buf_release(&filter);
	if (!findings)
		return -1;
	if (cmd_print_lost_sets(s, err) < 0) {
		json_decref(findings);
		return -1;
	}
	if (args_option(args, "hosts")) {
		print_hosts(s, findings, args_option(args, "json") != NULL);
		json_decref(findings);
		return 0;
	}
	if (args_option(args, "json")) {
		cmd_print_json(s, findings);
		return 0;
	}
	if (json_array_size(findings) == 0)
		fputs(_("No finding fits. Nothing is known of evidence that was not read: `genba triage LABEL` reads "
		        "it.\n"),
		      s->log);
	print_by_source(s->out, findings);
	json_decref(findings);
	return 0;
}
