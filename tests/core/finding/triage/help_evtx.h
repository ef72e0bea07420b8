/* Event logs of our own making: as Windows writes them, by the same rules as core/finding/triage/evtx reads them. */
#ifndef GENBA_TESTS_TRIAGE_HELP_EVTX_H
#define GENBA_TESTS_TRIAGE_HELP_EVTX_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define MADE_T0 UINT64_C(133446276200000000) /* 2023-11-16T17:00:20Z as FILETIME */

struct made_event;

struct made_log {
	struct buf file;
	struct buf chunk;
	uint64_t first; /* numbers in the chunk */
	uint64_t next;  /* of the record */
	uint64_t chunks;
	size_t last_record;
	const struct made_event
	    *template_of; /* whose template stands in the chunk; its data are not changed until it ends */
	size_t template_at;
};

struct made_event {
	const char *provider;
	unsigned id;
	uint64_t when; /* FILETIME; 0: one second after the record before */
	const char *channel;
	const char *computer;
	const char *user_data;   /* the root's name: data lie in UserData; NULL: EventData */
	const char *const *data; /* name, value, … NULL; a name "" is none */
	int nested;              /* the data come as binary XML in a value, as the event log's service does it */
	int bare;                /* no template: elements without dependency ids, as a forwarded event has them */
};

void made_log_begin(struct made_log *l, uint64_t first_record);
void made_log_add(struct made_log *l, const struct made_event *e);
void made_log_end(struct made_log *l); /* the file is whole then; release file */
void made_log_release(struct made_log *l);

/* Where record `i` of the file begins (records of the first chunk). */
size_t made_log_record(const struct made_log *l, size_t i);

/* Makes the checksums of a chunk, or the file's header (at 0), fit again. */
void made_log_sum(char *file, size_t chunk_at);

#endif
