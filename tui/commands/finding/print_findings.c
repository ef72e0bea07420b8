#include "tui/commands/finding/print_findings.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/kinds.h"

#include <string.h>

static const char *text_of(const json_t *f, const char *name)
{
	const char *text = json_get_string(f, name);
	return text ? text : "";
}

static const char *level_text(const char *level)
{
	static const struct {
		const char *name;
		const char *text;
	} levels[] = {
	    {"high", N_("HIGH")}, {"medium", N_("medium")}, {"low", N_("low")}, {"info", N_("for information")}};
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(levels[i].name, level) == 0)
			return _(levels[i].text);
	return level;
}

static const char *status_text(const char *status)
{
	const struct field_value *value = field_value_find(kind_field(kind_find("finding"), "status"), status);
	return value ? field_value_label(value) : status;
}

static void print_seen(FILE *out, const json_t *f)
{
	printable_printf(out, "%s  %s  %s  %s", level_text(text_of(f, "level")),
	                 *text_of(f, "when") ? text_of(f, "when") : "-", text_of(f, "rule"), text_of(f, "title"));
	fprintf(out,
	        P_(" (%lld row)\n", " (%lld rows)\n",
	           (unsigned long long)(json_integer_value(json_object_get(f, "count")))),
	        (long long)json_integer_value(json_object_get(f, "count")));
	if (*text_of(f, "label"))
		printable_printf(out, "        %s  %s%s%s\n", text_of(f, "label"), status_text(text_of(f, "status")),
		                 *text_of(f, "assessment") ? ": " : "", text_of(f, "assessment"));
	if (*text_of(f, "reason"))
		printable_printf(out, "        %.*s\n", text_cut(text_of(f, "reason"), 600), text_of(f, "reason"));
}

void print_findings(FILE *out, const json_t *findings)
{
	struct buf not_seen = BUF_INIT;
	struct buf not_covered = BUF_INIT;
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f) {
		const char *state = text_of(f, "state");
		if (strcmp(state, "seen") == 0)
			print_seen(out, f);
		else if (strncmp(text_of(f, "rule"), "gap.", 4) == 0)
			printable_printf(out, _("NOT COVERED  %s: %s\n"), text_of(f, "title"), text_of(f, "reason"));
		else if (strcmp(state, "not_seen") == 0)
			buf_addf(&not_seen, "%s%s", not_seen.len ? ", " : "", text_of(f, "rule"));
		else
			buf_addf(&not_covered, "%s%s", not_covered.len ? ", " : "", text_of(f, "rule"));
	}
	if (not_covered.len)
		printable_printf(out, _("NOT COVERED, since the logs for it are not there: %s\n"), not_covered.data);
	if (not_seen.len)
		printable_printf(out, _("Looked for in what is there, and not seen: %s\n"), not_seen.data);
	buf_release(&not_seen);
	buf_release(&not_covered);
}
