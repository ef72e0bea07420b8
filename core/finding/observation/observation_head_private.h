/*
 * How a row begins, packed by itself (observation_pack()) or in a block (observation_block.h): numbers little-endian.
 *
 *      0  bytes that follow    12  offset     24  time of    27  clock    30  the form's own
 *      4  when                 20  ordinal    26  artefact   28  flags
 */
#ifndef GENBA_FINDING_OBSERVATION_HEAD_PRIVATE_H
#define GENBA_FINDING_OBSERVATION_HEAD_PRIVATE_H

#include "base/bytes.h"
#include "finding/observation/observation.h"

/* Of a row of `size` bytes, these included. */
static inline void observation_head_write(unsigned char head[30], const struct observation *o, size_t size)
{
	bytes_put_le32(head, (uint32_t)(size - 4));
	bytes_put_le64(head + 4, (uint64_t)o->when);
	bytes_put_le64(head + 12, o->offset);
	bytes_put_le32(head + 20, o->ordinal);
	bytes_put_le16(head + 24, o->time_of);
	head[26] = o->artefact;
	head[27] = o->clock;
	head[28] = o->flags;
	head[29] = 0;
}

/* All but path and fields. */
static inline struct observation observation_head_read(const unsigned char head[30])
{
	return (struct observation){.when = (int64_t)bytes_le64(head + 4),
	                            .offset = bytes_le64(head + 12),
	                            .ordinal = bytes_le32(head + 20),
	                            .time_of = bytes_le16(head + 24),
	                            .artefact = head[26],
	                            .clock = head[27],
	                            .flags = head[28]};
}

#endif
