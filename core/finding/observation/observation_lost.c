#include "finding/observation/observation_lost.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/observation/observation_set_private.h"

#include <string.h>

enum { DIGEST = 64 };

struct lost_search {
	struct case_file *c;
	sqlite3_stmt *rows; /* NULL: there are no tables, so every set is lost */
	observation_set_fn fn;
	void *ctx;
	struct err *err;
};

static int has_row(const struct lost_search *l, const char *sha256)
{
	if (!l->rows)
		return 0;
	sqlite3_bind_text(l->rows, 1, sha256, -1, SQLITE_STATIC);
	int found = sqlite3_step(l->rows) == SQLITE_ROW;
	sqlite3_reset(l->rows);
	return found;
}

static int look_at_check(void *ctx, json_t *check)
{
	const struct lost_search *l = ctx;
	const char *at = json_get_string(check, "limits");
	int rc = 0;
	while (rc == 0 && at && (at = strstr(at, OBSERVATION_DIGEST_OF_SET)) != NULL) {
		struct observation_set set = {.rows = 0};
		at += sizeof OBSERVATION_DIGEST_OF_SET - 1;
		if (strspn(at, "0123456789abcdef") != DIGEST)
			continue;
		memcpy(set.sha256, at, DIGEST);
		snprintf(set.check, sizeof set.check, "%s", record_label(check));
		if (!has_row(l, set.sha256))
			rc = l->fn(l->ctx, &set, l->err);
	}
	return rc;
}

int observation_lost_each(struct case_file *c, observation_set_fn fn, void *ctx, struct err *err)
{
	struct lost_search l = {.c = c, .fn = fn, .ctx = ctx, .err = err};
	if (observation_set_has_tables(c) &&
	    !(l.rows = observation_set_prepare(c, "SELECT 1 FROM observation_set WHERE sha256 = ?1", err)))
		return -1;
	int rc = record_each(c, "check", 0, look_at_check, &l, err);
	sqlite3_finalize(l.rows);
	return rc < 0 ? -1 : 0;
}

const char *observation_lost_says(void)
{
	return _(
	    "its observations are not in this copy of the case, and are counted nowhere: they can be made again from "
	    "the evidence (triage, sweep)");
}
