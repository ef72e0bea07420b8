#include "evidence/standing.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"

#include <string.h>

#define DAY (24 * 3600)

static int equals(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

const char *evidence_last_read(const json_t *record)
{
	const char *verified = json_get_string(record, "verified_at");
	return verified ? verified : json_get_string(record, "ended");
}

int64_t evidence_days_unread(const json_t *record, int64_t now)
{
	const char *text = evidence_last_read(record);
	struct edtf time;
	int64_t first;
	int64_t last;
	if (!text)
		text = json_get_string(record, "entered"); /* recorded with the digest that others stated */
	if (!text || edtf_parse(text, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &first, &last) < 0)
		return -1;
	return now > first ? (now - first) / DAY : 0;
}

enum standing evidence_standing(const json_t *record, int64_t now)
{
	if (equals(record, "verified", "failed") || equals(record, "match", "different"))
		return STANDING_DIFFERS;
	if (equals(record, "complete", "interrupted"))
		return STANDING_INTERRUPTED;
	if (!json_object_get(record, "sha256"))
		return STANDING_NOT_HASHED;
	if (equals(record, "complete", "partial"))
		return STANDING_PARTIAL;
	if (equals(record, "verified", "unreadable"))
		return STANDING_UNREADABLE;
	/* what lies in the case file itself is checked with it, at each opening */
	if (!equals(record, "form", "blob") && evidence_days_unread(record, now) > STANDING_DAYS)
		return STANDING_OLD;
	return STANDING_GOOD;
}

int standing_is_open(enum standing standing)
{
	return standing != STANDING_GOOD && standing != STANDING_OLD;
}

const char *standing_text(enum standing standing)
{
	switch (standing) {
	case STANDING_GOOD:
		return C_("evidence", "intact");
	case STANDING_OLD:
		return C_("evidence", "to be verified");
	case STANDING_NOT_HASHED:
		return C_("evidence", "not hashed");
	case STANDING_PARTIAL:
		return C_("evidence", "partial");
	case STANDING_INTERRUPTED:
		return C_("evidence", "interrupted");
	case STANDING_UNREADABLE:
		return C_("evidence", "unreadable");
	case STANDING_DIFFERS:
		return C_("evidence", "DIFFERS");
	}
	return "";
}
