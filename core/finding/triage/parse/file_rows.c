#include "finding/triage/parse/file_rows.h"

int file_rows_give(struct triage_out *out, const struct file_rows *f, struct err *err)
{
	const struct {
		int64_t when;
		uint16_t of;
	} times[] = {{f->times.modified, OBSERVATION_TIME_modified},
	             {f->times.accessed, OBSERVATION_TIME_accessed},
	             {f->times.changed, OBSERVATION_TIME_changed},
	             {f->times.created, OBSERVATION_TIME_created},
	             {f->times.deleted, OBSERVATION_TIME_deleted}};
	unsigned told = 0;
	uint32_t rows = 0;
	struct observation o = {.when = OBSERVATION_NO_TIME,
	                        .offset = f->place,
	                        .artefact = (uint8_t)f->artefact,
	                        .clock = f->clock,
	                        .fields = f->fields->data,
	                        .fields_size = f->fields->len};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		if (times[i].when == OBSERVATION_NO_TIME || told & 1U << i)
			continue;
		o.time_of = 0;
		for (size_t k = i; k < sizeof times / sizeof *times; k++)
			if (times[k].when == times[i].when) {
				o.time_of |= times[k].of;
				told |= 1U << k;
			}
		o.when = times[i].when;
		o.ordinal = rows++;
		o.flags = f->deleted ? OBSERVATION_RECOVERED : 0;
		if (triage_row_at(out, f->path, &o, err) < 0)
			return -1;
	}
	o.flags = f->deleted ? OBSERVATION_RECOVERED : 0;
	return rows ? 0 : triage_row_at(out, f->path, &o, err);
}
