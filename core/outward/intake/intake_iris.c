/*
 * The three lists of IRIS: indicators, assets, time line, told apart by their headings. A formula's apostrophe is taken off again.
 */
#include "outward/intake/csv_stream.h"
#include "outward/intake/intake_format.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

struct iris {
	struct intake_out *out;
	char **heading;
	size_t count;
	int (*take)(struct iris *i, const struct csv_row *row);
};

/* A cell, or NULL where it is empty. */
static const char *cell(const struct iris *i, const struct csv_row *row, const char *name)
{
	int at = csv_column(i->heading, i->count, name);
	const char *text = at >= 0 && (size_t)at < row->count && *row->cells[at] ? row->cells[at] : NULL;
	return text && *text == '\'' && csv_is_formula(text + 1) ? text + 1 : text;
}

static void lose(struct iris *i, const struct csv_row *row, const char *kind, const char *column)
{
	if (cell(i, row, column))
		intake_lost_field(i->out, kind, column, _("genba has no field for it"));
}

static const char *type_of(const char *iris)
{
	static const char *const types[][2] = {{"ip-dst", "ip"},
	                                       {"ip-src", "ip"},
	                                       {"ip-any", "ip"},
	                                       {"ip", "ip"},
	                                       {"domain", "domain"},
	                                       {"hostname", "domain"},
	                                       {"url", "url"},
	                                       {"uri", "url"},
	                                       {"email", "email"},
	                                       {"email-src", "email"},
	                                       {"email-dst", "email"},
	                                       {"email-subject", "subject"},
	                                       {"filename", "file_name"},
	                                       {"file", "file_name"},
	                                       {"file-path", "file_path"},
	                                       {"md5", "md5"},
	                                       {"sha1", "sha1"},
	                                       {"sha256", "sha256"},
	                                       {"sha512", "sha512"},
	                                       {"regkey", "registry"},
	                                       {"mutex", "mutex"},
	                                       {"user-agent", "user_agent"},
	                                       {"account", "account"},
	                                       {"target-user", "account"},
	                                       {"port", "port"},
	                                       {"yara", "yara"},
	                                       {"windows-service-name", "service"},
	                                       {"windows-scheduled-task", "task"},
	                                       {"x509-fingerprint-sha1", "certificate"},
	                                       {"x509-fingerprint-sha256", "certificate"},
	                                       {"x509-fingerprint-md5", "certificate"},
	                                       {"pattern-in-traffic", "signature"},
	                                       {"other", "other"}};
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (strcasecmp(types[k][0], iris) == 0)
			return types[k][1];
	return NULL;
}

/* Words between bars, with commas. */
static void set_tags(json_t *fields, const char *text)
{
	char *tags = text ? xstrdup(text) : NULL;
	for (char *p = tags; p && *p; p++)
		if (*p == '|')
			*p = ',';
	intake_set(fields, "tags", tags);
	free(tags);
}

static int take_ioc(struct iris *i, const struct csv_row *row)
{
	const char *type = cell(i, row, "ioc_type");
	const char *tlp = cell(i, row, "ioc_tlp");
	const char *ours = type ? type_of(type) : NULL;
	if (!ours || !cell(i, row, "ioc_value"))
		return -1;
	json_t *fields = json_object();
	intake_set(fields, "type", ours);
	intake_set(fields, "value", cell(i, row, "ioc_value"));
	intake_set(fields, "origin", cell(i, row, "ioc_description"));
	if (tlp)
		intake_set(fields, "tlp", intake_tlp(tlp) ? intake_tlp(tlp) : "RED");
	set_tags(fields, cell(i, row, "ioc_tags"));
	intake_record(i->out, "indicator", fields);
	return 0;
}

static int take_asset(struct iris *i, const struct csv_row *row)
{
	if (!cell(i, row, "asset_name"))
		return -1;
	json_t *fields = json_object();
	intake_set(fields, "hostname", cell(i, row, "asset_name"));
	intake_set(fields, "addresses", cell(i, row, "asset_ip"));
	intake_set(fields, "domain", cell(i, row, "asset_domain"));
	set_tags(fields, cell(i, row, "asset_tags"));
	intake_record(i->out, "asset", fields);
	lose(i, row, "asset", "asset_type_name");
	lose(i, row, "asset", "asset_description");
	return 0;
}

static int take_event(struct iris *i, const struct csv_row *row)
{
	const char *date = cell(i, row, "event_date");
	const char *zone = cell(i, row, "event_tz");
	if (!cell(i, row, "event_title") || !date)
		return -1;
	json_t *fields = json_object();
	char *when = xasprintf("%s%s", date, zone ? zone : "");
	for (char *p = when; *p; p++)
		if (*p == ' ')
			*p = 'T';
	intake_set(fields, "title", cell(i, row, "event_title"));
	intake_set(fields, "when", when);
	intake_set(fields, "log_excerpt",
	           cell(i, row, "event_raw") ? cell(i, row, "event_raw") : cell(i, row, "event_content"));
	set_tags(fields, cell(i, row, "event_tags"));
	intake_record(i->out, "event", fields);
	lose(i, row, "event", "event_category");
	lose(i, row, "event", "event_source");
	lose(i, row, "event", "event_assets");
	lose(i, row, "event", "event_iocs");
	free(when);
	return 0;
}

static int keep_heading(struct iris *i, const struct csv_row *row, struct err *err)
{
	if (csv_column(row->cells, row->count, "ioc_value") >= 0)
		i->take = take_ioc;
	else if (csv_column(row->cells, row->count, "asset_name") >= 0)
		i->take = take_asset;
	else if (csv_column(row->cells, row->count, "event_title") >= 0)
		i->take = take_event;
	else
		return err_set(
		    err, ERR_INVALID,
		    _("line %zu: this is no list of IRIS: there is no column ioc_value, asset_name or event_title"),
		    row->line);
	i->heading = xcalloc(row->count, sizeof *i->heading);
	for (i->count = 0; i->count < row->count; i->count++)
		i->heading[i->count] = xstrdup(row->cells[i->count]);
	return 0;
}

static int take_row(void *ctx, const struct csv_row *row, struct err *err)
{
	struct iris *i = ctx;
	if (!i->heading)
		return row->count ? keep_heading(i, row, err)
		                  : err_set(err, ERR_INVALID, _("line %zu: no row that names the columns"), row->line);
	intake_item(i->out);
	if (row->fault == CSV_LARGE || row->fault == CSV_QUOTE)
		intake_named(i->out, _("row"),
		             row->fault == CSV_LARGE ? _("it is longer than a row may be")
		                                     : _("a quote in it is not closed"));
	else if (i->take(i, row) < 0)
		intake_named(i->out, _("row"), _("it has no name, no time, or a type that genba does not know"));
	else
		return intake_taken(i->out, NULL, row->line, err);
	return 0;
}

int intake_iris(struct intake_out *out, struct intake_source *source, struct err *err)
{
	struct iris i = {.out = out};
	int rc = csv_stream(source, take_row, &i, err);
	if (rc == 0 && !i.heading)
		rc = err_set(err, ERR_INVALID, _("line 1: no row that names the columns"));
	for (size_t k = 0; k < i.count; k++)
		free(i.heading[k]);
	free(i.heading);
	return rc;
}
