#include "case/query/highest_tlp.h"

#include "base/buf.h"
#include "base/err.h"
#include "case/kind/tlp.h"
#include "case/store/disputed.h"

#include <stdlib.h>

void highest_tlp_begin(struct case_file *c, struct buf *tlp)
{
	buf_clear(tlp);
	buf_adds(tlp, case_tlp(c));
}

void highest_tlp_raise(struct buf *tlp, const char *other)
{
	if (!other || tlp_rank(other) <= tlp_rank(tlp->data))
		return;
	buf_clear(tlp);
	buf_adds(tlp, other);
}

void highest_tlp_add(struct buf *tlp, const json_t *record)
{
	highest_tlp_raise(tlp, record_tlp(record, NULL));
}

void highest_tlp_add_named(struct case_file *c, const char *label, struct buf *tlp)
{
	json_t *record = label ? record_get(c, label, RECORD_WITH_RETRACTED, NULL) : NULL;
	highest_tlp_add(tlp, record);
	json_decref(record);
}
