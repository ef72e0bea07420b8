/* Rows of a time line become a set of observations, tied to the file, which is preserved. */
#include "outward/intake/intake_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/action/action.h"
#include "case/store/blob.h"
#include "evidence/preserve.h"
#include "finding/observation/observation_lost.h"
#include "finding/observation/observation_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct intake_set_making {
	struct intake *in;
	struct observation_maker *maker;
	json_t *hosts; /* that rows name */
	struct buf assets;
	struct buf bytes; /* of the file, if it is small enough to be kept in the case */
	struct observation_set set;
	char same[LABEL_TEXT]; /* the check of a set that says the same */
};

static int take_line(void *ctx, const json_t *line, struct err *err)
{
	struct intake_set_making *g = ((struct intake_feed *)ctx)->ctx;
	json_t *hosts = json_object_get(line, "hosts");
	(void)err;
	if (json_is_object(hosts)) {
		json_decref(g->hosts);
		g->hosts = json_deep_copy(hosts);
	}
	return 0;
}

static int take_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct intake_set_making *g = ((struct intake_feed *)ctx)->ctx;
	return observation_maker_add(g->maker, bytes, n, err);
}

/* Assets on record that rows name: by the name, or by the part before its first dot. */
static int match_asset(void *ctx, json_t *record)
{
	struct intake_set_making *g = ctx;
	const char *name = json_get_string(record, "hostname");
	const char *host;
	json_t *value;
	json_object_foreach(g->hosts, host, value) {
		size_t n = name ? strlen(name) : 0;
		if (n && strncasecmp(name, host, n) == 0 && (!host[n] || host[n] == '.')) {
			buf_addf(&g->assets, "%s%s", g->assets.len ? "," : "", record_label(record));
			return 0;
		}
	}
	return 0;
}

static int find_assets(struct intake_set_making *g, struct err *err)
{
	if (!g->in->on)
		return record_each(g->in->c, "asset", 0, match_asset, g, err);
	json_t *record = record_get(g->in->c, g->in->on, 0, err);
	int rc = record ? 0 : -1;
	if (record && !(record_kind(record)->traits & KIND_ASSET))
		rc = err_set(err, ERR_USAGE, _("--on %s: not such a record of this case"), g->in->on);
	if (rc == 0)
		buf_adds(&g->assets, record_label(record));
	json_decref(record);
	return rc;
}

static int is_that_file(void *ctx, json_t *record)
{
	struct intake_set_making *g = ctx;
	if (json_is(record, "sha256", g->set.evidence_sha256))
		snprintf(g->in->evidence, sizeof g->in->evidence, "%s", record_label(record));
	return 0;
}

/* A file that no blob holds is hashed where it lies. */
static int preserve_large(struct intake_set_making *g, struct err *err)
{
	struct preserved p;
	struct preserve_options options = {.form = EVIDENCE_HASH, .type = "log", .progress = g->in->progress};
	int rc = evidence_preserve(g->in->c, g->in->name, &options, &p, err);
	if (rc == 0) {
		snprintf(g->in->evidence, sizeof g->in->evidence, "%s", p.label);
		snprintf(g->set.evidence_sha256, sizeof g->set.evidence_sha256, "%s", p.sha256);
		preserved_release(&p);
	}
	return rc;
}

static int preserve_small(struct intake_set_making *g, struct err *err)
{
	char now[CLOCK_TEXT];
	char size[32];
	const char *slash = strrchr(g->in->name, '/');
	snprintf(size, sizeof size, "%zu", g->bytes.len);
	clock_format(clock_now(), now);
	struct assign fields[] = {{"title", slash && slash[1] ? slash + 1 : g->in->name},
	                          {"type", "log"},
	                          {"form", "blob"},
	                          {"source_path", g->in->name},
	                          {"source_size", size},
	                          {"method", "provided"},
	                          {"started", now},
	                          {"ended", now},
	                          {"sha256", g->set.evidence_sha256},
	                          {"complete", "complete"},
	                          {"on", g->in->on}};
	struct action *a = action_begin(g->in->c, "preserve", err);
	int rc = a ? blob_put(g->in->c, g->bytes.data, g->bytes.len, g->set.evidence_sha256, err) : -1;
	if (rc == 0)
		rc = record_each(g->in->c, "evidence", 0, is_that_file, g, err);
	if (rc == 0 && !*g->in->evidence)
		rc = action_add(a, "evidence", fields, sizeof fields / sizeof *fields - !g->in->on, RECORD_MACHINE,
		                g->in->evidence, err);
	if (rc < 0)
		action_cancel(a);
	else
		rc = action_commit(a, err);
	return rc;
}

static int preserve_file(struct intake_set_making *g, struct err *err)
{
	struct stat st;
	if (fstat(g->in->fd, &st) < 0 || st.st_size > BLOB_LIMIT)
		return preserve_large(g, err);
	if (lseek(g->in->fd, 0, SEEK_SET) < 0 || buf_read_fd(&g->bytes, g->in->fd, BLOB_LIMIT, err) < 0)
		return err_prefix(err, "%s", g->in->name);
	return preserve_small(g, err);
}

static int is_same(void *ctx, const struct observation_set *set, struct err *err)
{
	struct intake_set_making *g = ctx;
	(void)err;
	if (strcmp(set->sha256, g->set.sha256) == 0)
		snprintf(g->same, sizeof g->same, "%s", set->check);
	return 0;
}

static void write_limits(const struct intake_set_making *g, struct buf *out)
{
	const struct intake *in = g->in;
	buf_addf(out, "Read: %s, SHA-256 %s, as %s%s%s.\n", in->evidence, g->set.evidence_sha256, in->format->name,
	         in->origin ? ", from " : "", in->origin ? in->origin : "");
	buf_addf(out, "Rows: %llu, of which %llu were not taken in.\n", (unsigned long long)in->items,
	         (unsigned long long)in->named);
	buf_addf(out, "Observations: %llu, " OBSERVATION_DIGEST_OF_SET "%s.\n", (unsigned long long)g->set.rows,
	         g->set.sha256);
	buf_adds(out, "Another's tool made these rows; what it did not look at is not known here.\n");
}

static int store(struct intake_set_making *g, struct err *err)
{
	struct buf limits = BUF_INIT;
	char now[CLOCK_TEXT];
	char period[80] = "";
	char first[32];
	char last[32];
	write_limits(g, &limits);
	clock_format(clock_now(), now);
	observation_when(g->set.first, first);
	observation_when(g->set.last, last);
	if (g->set.first <= g->set.last && *first && *last)
		snprintf(period, sizeof period, "%.19sZ/%.19sZ", first, last);
	struct assign all[] = {{"when", now},
	                       {"result", "inconclusive"},
	                       {"basis", "tool_output"},
	                       {"evidence", g->in->evidence},
	                       {"limits", limits.data},
	                       {"tlp", g->in->tlp ? g->in->tlp : "AMBER"},
	                       {"on", g->assets.data},
	                       {"period", period}};
	struct assign fields[sizeof all / sizeof *all];
	size_t count = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (*all[i].value)
			fields[count++] = all[i];
	struct action *a = action_begin(g->in->c, "triage", err);
	int rc = a ? action_add(a, "check", fields, count, RECORD_MACHINE, g->set.check, err) : -1;
	if (rc == 0)
		rc = observation_set_store(g->in->c, g->maker, &g->set, err);
	if (rc == 0) {
		char *subject = xasprintf("import %llu row%s of a time line", (unsigned long long)g->set.rows,
		                          g->set.rows == 1 ? "" : "s");
		action_subject(a, subject);
		free(subject);
		rc = action_commit(a, err);
	} else {
		action_cancel(a);
	}
	if (rc == 0)
		memcpy(g->in->check, g->set.check, sizeof g->in->check);
	buf_release(&limits);
	return rc;
}

static int keep_set(struct intake_set_making *g, struct err *err)
{
	const char *slash = strrchr(g->in->name, '/');
	if (find_assets(g, err) < 0 || preserve_file(g, err) < 0)
		return -1;
	snprintf(g->set.evidence, sizeof g->set.evidence, "%s", g->in->evidence);
	observation_set_source(&g->set, slash ? slash + 1 : g->in->name);
	snprintf(g->set.parsers, sizeof g->set.parsers, "import-%s 1", g->in->format->name);
	if (observation_maker_seal(g->maker, &g->set, err) < 0 ||
	    observation_set_each(g->in->c, g->in->evidence, is_same, g, err) < 0)
		return -1;
	if (*g->same && !g->in->again)
		return err_set(err, ERR_EXISTS,
		               _("these rows are on record already: %s (--again takes them in once more)"), g->same);
	return store(g, err);
}

int intake_as_observations(struct intake *in, struct err *err)
{
	struct intake_set_making g = {.in = in, .hosts = json_object(), .assets = BUF_INIT, .bytes = BUF_INIT};
	struct intake_feed feed = {.in = in, .line = take_line, .raw = take_rows, .ctx = &g};
	g.maker = observation_maker_new(in->c);
	int rc = intake_feed(&feed, err);
	if (rc == 0 && observation_maker_count(g.maker) != feed.rows)
		rc = err_set(err, ERR_INVALID, _("what the reading gave cannot be understood"));
	in->taken = feed.rows;
	if (rc == 0 && feed.rows && !in->dry_run)
		rc = keep_set(&g, err);
	observation_maker_free(g.maker);
	json_decref(g.hosts);
	buf_release(&g.assets);
	buf_release(&g.bytes);
	return rc;
}
