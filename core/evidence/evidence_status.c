#include "evidence/evidence_status.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"

#include <string.h>

#define DAY (24 * 3600)

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

enum evidence_status evidence_status_of(const json_t *record, int64_t now)
{
	if (json_is(record, "verified", "failed") || json_is(record, "match", "different"))
		return EVIDENCE_STATUS_DIFFERS;
	if (json_is(record, "complete", "interrupted"))
		return EVIDENCE_STATUS_INTERRUPTED;
	if (!json_object_get(record, "sha256"))
		return EVIDENCE_STATUS_NOT_HASHED;
	if (json_is(record, "complete", "partial"))
		return EVIDENCE_STATUS_PARTIAL;
	if (json_is(record, "verified", "unreadable"))
		return EVIDENCE_STATUS_UNREADABLE;
	/* what lies in the case file itself is checked with it, at each opening */
	if (!json_is(record, "form", "blob") && evidence_days_unread(record, now) > EVIDENCE_STATUS_DAYS)
		return EVIDENCE_STATUS_OLD;
	return EVIDENCE_STATUS_GOOD;
}

int evidence_status_is_open(enum evidence_status status)
{
	return status != EVIDENCE_STATUS_GOOD && status != EVIDENCE_STATUS_OLD;
}

const char *evidence_status_text(enum evidence_status status)
{
	switch (status) {
	case EVIDENCE_STATUS_GOOD:
		return C_("evidence", "intact");
	case EVIDENCE_STATUS_OLD:
		return C_("evidence", "to be verified");
	case EVIDENCE_STATUS_NOT_HASHED:
		return C_("evidence", "not hashed");
	case EVIDENCE_STATUS_PARTIAL:
		return C_("evidence", "partial");
	case EVIDENCE_STATUS_INTERRUPTED:
		return C_("evidence", "interrupted");
	case EVIDENCE_STATUS_UNREADABLE:
		return C_("evidence", "unreadable");
	case EVIDENCE_STATUS_DIFFERS:
		return C_("evidence", "DIFFERS");
	}
	return "";
}
