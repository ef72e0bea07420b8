/*
 * Windows event logs (.evtx).
 *
 * A log is a header of 4096 bytes and chunks of 64 KiB; a chunk holds records in
 * binary XML, whose shape is told once a chunk as a template. A template is
 * compiled to a list of fields (evtx_template.c), a record is then its values put
 * into that list. Sources: [MS-EVEN6] 2.2.12 to 2.2.17 for binary XML; J. Metz,
 * "Windows XML Event Log (EVTX) format" for the file.
 *
 * A row a record. Its time is TimeCreated, which is UTC. Fields:
 *
 *     record           number in the record's header
 *     event_id, provider, channel, computer, user, event_record_id, level, task, opcode, keywords, version,
 *     qualifiers, provider_guid, provider_source, process_id, thread_id, activity_id, related_activity_id
 *     written          time in the record's header, if it is not TimeCreated
 *     data.NAME        of EventData; data.Data, data.Data_2 … where it has no name
 *     data.ROOT.NAME   of UserData, with the names of its elements
 *
 * Others are named by their place in the XML with points. A value that is empty
 * is left out. What is damaged is told with its offset, and reading goes on at the
 * next record that is whole. Neither the file's header nor the count of chunks in
 * it is trusted: all that is there is read.
 *
 * Facts: records, first_record, last_record (numbers), oldest, newest (times),
 * channels (records of each), missing (numbers that are not there in between).
 */
#ifndef GENBA_FINDING_TRIAGE_EVTX_EVTX_H
#define GENBA_FINDING_TRIAGE_EVTX_EVTX_H

#include <stddef.h>

struct err;
struct triage_file;
struct triage_out;

int evtx_recognises(const char *path, const unsigned char *head, size_t n);
int evtx_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
