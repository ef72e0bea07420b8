/*
 * The lists that IRIS imports: assets, indicators, time line, in this order, with its own headings, types and categories. Its
 * reader cuts a file at every sign that Unicode calls a line's end, so these become blanks, and are named.
 */
#include "outward/exchange/csv.h"
#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct iris_list {
	struct release *r;
	struct buf *out;
	struct err *err;
};

static const char *text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, "unknown") != 0 ? text : "";
}

/* One cell, quoted; a formula is defused in text only. */
static void add_cell(struct iris_list *l, const json_t *record, const char *field, const char *text, int is_text,
                     int first)
{
	static const char *const ends[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\v", "\f", "\n", "\r"};
	struct buf plain = BUF_INIT;
	int changed = 0;
	for (const char *p = text; *p;) {
		size_t n = 0;
		for (size_t i = 0; i < sizeof ends / sizeof *ends && !n; i++)
			if (strncmp(p, ends[i], strlen(ends[i])) == 0)
				n = strlen(ends[i]);
		changed |= n > 0;
		buf_addc(&plain, n ? ' ' : *p);
		p += n ? n : 1;
	}
	if (changed && field)
		release_lose_field(l->r, json_get_string(record, "kind"), field, _("its line ends became blanks"));
	buf_adds(l->out, first ? "\"" : ",\"");
	if (is_text && csv_is_formula(plain.data))
		buf_addc(l->out, '\'');
	for (const char *p = plain.data; *p; p++) {
		if (*p == '"')
			buf_addc(l->out, '"');
		buf_addc(l->out, *p);
	}
	buf_addc(l->out, '"');
	buf_release(&plain);
}

static void add_tags(struct iris_list *l, const json_t *record, int first)
{
	struct buf tags = BUF_INIT;
	size_t i;
	json_t *tag;
	buf_adds(&tags, record_label(record)); /* so that a row is found again */
	json_array_foreach(json_object_get(record, "tags"), i, tag)
		buf_addf(&tags, "|%s", json_string_value(tag));
	add_cell(l, record, "tags", tags.data, 1, first);
	buf_release(&tags);
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text | 0x20);
}

static const char *mapped(const char *const (*table)[2], size_t n, const char *value, const char *other)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i][0], value) == 0)
			return table[i][1];
	return other;
}
#define MAPPED(table, value, other) mapped(table, sizeof(table) / sizeof *(table), value, other)

static const char *const asset_types[][2] = {{"terminal", "Windows - Computer"},
                                             {"server", "Windows - Server"},
                                             {"domain_controller", "Windows - DC"},
                                             {"file_server", "Windows - Server"},
                                             {"mail_server", "Windows - Server"},
                                             {"web_server", "Linux - Server"},
                                             {"firewall", "Firewall"},
                                             {"vpn", "VPN"},
                                             {"network_device", "Switch"},
                                             {"proxy", "Linux - Server"},
                                             {"mobile", "Phone - Android"}};

static const char *const ioc_types[][2] = {{"ip", "ip-any"},
                                           {"domain", "domain"},
                                           {"url", "url"},
                                           {"email", "email"},
                                           {"subject", "email-subject"},
                                           {"file_name", "filename"},
                                           {"file_path", "file-path"},
                                           {"sha256", "sha256"},
                                           {"sha512", "sha512"},
                                           {"sha1", "sha1"},
                                           {"md5", "md5"},
                                           {"registry", "regkey"},
                                           {"service", "windows-service-name"},
                                           {"task", "windows-scheduled-task"},
                                           {"mutex", "mutex"},
                                           {"user_agent", "user-agent"},
                                           {"certificate", "x509-fingerprint-sha1"},
                                           {"port", "port"},
                                           {"yara", "yara"},
                                           {"account", "account"},
                                           {"signature", "pattern-in-traffic"}};

static const char *const categories[][2] = {{"mail_received", "Initial Access"},
                                            {"opened", "Execution"},
                                            {"infection", "Execution"},
                                            {"c2", "Command and Control"},
                                            {"credential_theft", "Credential Access"},
                                            {"lateral", "Lateral Movement"},
                                            {"persistence", "Persistence"},
                                            {"webshell", "Persistence"},
                                            {"collection", "Collection"},
                                            {"exfiltration", "Exfiltration"},
                                            {"unauthorised_access", "Initial Access"},
                                            {"isolated", "Remediation"},
                                            {"blocked", "Remediation"},
                                            {"preserved", "Remediation"}};

static int write_asset(void *ctx, json_t *record)
{
	struct iris_list *l = ctx;
	const char *type = MAPPED(asset_types, text_of(record, "type"), "");
	if (!*type) {
		release_lose_field(l->r, "asset", "type", _("IRIS has no such type: Windows - Computer stands there"));
		type = "Windows - Computer";
	}
	add_cell(l, record, "hostname", text_of(record, "hostname"), 1, 1);
	add_cell(l, record, NULL, type, 0, 0);
	add_cell(l, record, "status", text_of(record, "status"), 1, 0);
	add_cell(l, record, "addresses", text_of(record, "addresses"), 1, 0);
	add_cell(l, record, "domain", text_of(record, "domain"), 1, 0);
	add_tags(l, record, 0);
	buf_addc(l->out, '\n');
	release_lose_rest(l->r, record, "hostname type status addresses domain tags");
	return release_flush(l->r, l->out, l->err);
}

static int write_ioc(void *ctx, json_t *record)
{
	struct iris_list *l = ctx;
	char *tlp = xstrdup(release_tlp_of(l->r, record));
	struct buf says = BUF_INIT;
	lower(tlp);
	buf_addf(&says, "%s%s%s", text_of(record, "role"),
	         *text_of(record, "role") && *text_of(record, "origin") ? ": " : "", text_of(record, "origin"));
	add_cell(l, record, "value", text_of(record, "value"), 1, 1);
	add_cell(l, record, NULL, MAPPED(ioc_types, text_of(record, "type"), "other"), 0, 0);
	add_cell(l, record, "origin", says.data, 1, 0);
	add_tags(l, record, 0);
	add_cell(l, record, NULL, tlp, 0, 0);
	buf_addc(l->out, '\n');
	buf_release(&says);
	free(tlp);
	release_lose_rest(l->r, record, "value type role origin tags tlp");
	return release_flush(l->r, l->out, l->err);
}

static int write_event(void *ctx, json_t *record)
{
	struct iris_list *l = ctx;
	int64_t seconds;
	int nanoseconds;
	char at[32];
	int exact = shared_instant(release_case(l->r), json_get_string(record, "when"), &seconds, &nanoseconds);
	if (exact < 0) {
		release_lose_record(l->r, record, _("it has no time, and IRIS no row without one"));
		return 0;
	}
	if (!exact)
		release_lose_field(l->r, "event", "when", shared_no_instant());
	shared_time(seconds, nanoseconds, at);
	at[strcspn(at, "Z")] = '\0';
	add_cell(l, record, NULL, at, 0, 1);
	add_cell(l, record, NULL, "+00:00", 0, 0);
	add_cell(l, record, "title", text_of(record, "title"), 1, 0);
	add_cell(l, record, NULL, MAPPED(categories, text_of(record, "type"), "Unspecified"), 0, 0);
	add_cell(l, record, "side", text_of(record, "side"), 1, 0);
	add_cell(l, record, "log_excerpt", text_of(record, "log_excerpt"), 1, 0);
	add_cell(l, record, NULL, "", 0, 0); /* event_source: IRIS drops it */
	add_cell(l, record, NULL, "", 0, 0);
	add_cell(l, record, NULL, "", 0, 0);
	add_tags(l, record, 0);
	buf_addc(l->out, '\n');
	release_lose_rest(l->r, record, "title when type side log_excerpt tags");
	return release_flush(l->r, l->out, l->err);
}

/* ---- */

static const struct iris_part {
	const char *name; /* of the file, and of the variant */
	const char *heading;
	const char *kind;
	record_fn write;
} parts[] = {
    {"assets", "asset_name,asset_type_name,asset_description,asset_ip,asset_domain,asset_tags", "asset", write_asset},
    {"iocs", "ioc_value,ioc_type,ioc_description,ioc_tags,ioc_tlp", "indicator", write_ioc},
    {"timeline",
     "event_date,event_tz,event_title,event_category,event_content,event_raw,event_source,event_assets,event_iocs,"
     "event_tags",
     "event", write_event},
};

static int iris_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct iris_list l = {r, out, err};
	const struct iris_part *part = parts;
	while (strcmp(part->name, variant) != 0)
		part++;
	const char *kinds[] = {part->kind, NULL};
	buf_addf(out, "%s\n", part->heading);
	release_lose_others(r, kinds, _("this list of IRIS is of another kind of record"));
	return release_each(r, part->kind, part->write, &l, err) != 0 ? -1 : 0;
}

/* Three files in a new folder, each a release of its own. */
static int iris_export(struct format_request *request, struct err *err)
{
	const char *folder = request->path;
	int dry = format_option(request, "dry-run") != NULL;
	char *paths[3] = {NULL};
	int rc = 0;
	size_t made = 0;
	if (!dry && mkdir(folder, 0700) < 0)
		return err_set_errno(err, errno == EEXIST ? ERR_EXISTS : ERR_FAILED, errno,
		                     _("cannot make the folder '%s'"), folder);
	for (; made < 3 && rc == 0; made++) {
		paths[made] = xasprintf("%s/%s.csv", folder, parts[made].name);
		request->path = paths[made];
		rc = shared_export(request, "iris", parts[made].name, iris_write, err);
	}
	for (size_t i = 0; i < made; i++) {
		if (rc < 0 && i + 1 < made)
			unlink(paths[i]); /* three or none */
		free(paths[i]);
	}
	if (rc < 0 && !dry)
		rmdir(folder);
	request->path = folder;
	return rc;
}

const struct exchange_format iris_format = {.name = "iris", .write = iris_export};
