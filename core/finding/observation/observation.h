/*
 * An observation: one row that a machine found in evidence.
 *
 * A log line that names an indicator, an event of a Windows log, a file of an
 * image with its times, a mail's link: there may be ten million of them in a case,
 * so they are no records. They are derived from evidence and can be derived again;
 * what is on record is the digest of the whole set, in a `check`. A person who
 * stands on one promotes it to an event or an indicator.
 *
 * A row is packed, not JSON: the parser in its cage packs (observation_pack), the
 * parent checks bounds and order only (observation_unpack) and never parses it,
 * rows are put into words when they are shown (observation_json).
 *
 *     row      u32 length of all that follows
 *              i64 when        100 ns since 1970-01-01T00:00:00Z; OBSERVATION_NO_TIME if none
 *              u64 offset      bytes from the beginning of `path`, or of the record in it
 *              u32 ordinal     tells rows of one offset apart, from 0
 *              u16 time_of     what the time says: bits of enum observation_time
 *              u8  artefact    enum observation_artefact
 *              u8  clock       enum observation_clock
 *              u8  flags       OBSERVATION_RECOVERED
 *              u8  0
 *              u16 length of the path, without its end
 *              path, NUL       UTF-8, as the source names it (percent-encoded where it is no UTF-8)
 *              name=value NUL  … UTF-8; names are [a-zA-Z0-9_.-], each once
 *
 * Little-endian. Numbers of artefacts, times and clocks are stored: they are never
 * given to another meaning.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_H

#include "base/buf.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define OBSERVATION_NO_TIME INT64_MAX
#define OBSERVATION_HEAD    32U               /* bytes of a packed row before its path, the length included */
#define OBSERVATION_ROW     (256U << 10)      /* bytes of a packed row at most */
#define OBSERVATION_TICKS   INT64_C(10000000) /* of a second */
#define OBSERVATION_ID      17                /* 16 hex digits and NUL */

/* number, name, English and Japanese words for people */
#define OBSERVATION_ARTEFACTS(X)                             \
	X(0, other, N_("other"))                             \
	X(1, file, N_("file"))                               \
	X(2, evtx, N_("Windows event"))                      \
	X(3, registry_key, N_("registry key"))               \
	X(4, prefetch, N_("prefetch"))                       \
	X(5, lnk, N_("shortcut"))                            \
	X(6, jump_list, N_("jump list"))                     \
	X(7, task, N_("scheduled task"))                     \
	X(8, usn, N_("change journal"))                      \
	X(9, mft, N_("master file table"))                   \
	X(10, browser, N_("browser"))                        \
	X(11, srum, N_("resource usage"))                    \
	X(12, bits, N_("background transfer"))               \
	X(13, web_log, N_("web log"))                        \
	X(14, login_record, N_("login record"))              \
	X(15, syslog, N_("system log"))                      \
	X(16, journal, N_("systemd journal"))                \
	X(17, cron, N_("cron"))                              \
	X(18, shell_history, N_("shell history"))            \
	X(19, recycle_bin, N_("recycle bin"))                \
	X(20, user_assist, N_("UserAssist"))                 \
	X(21, bam, N_("background activity"))                \
	X(22, shim_cache, N_("ShimCache"))                   \
	X(23, amcache, N_("Amcache"))                        \
	X(24, hit, N_("hit of an indicator"))                \
	X(25, mail, N_("mail"))                              \
	X(26, log_line, N_("log line"))                      \
	X(27, timeline, N_("line of an imported time line")) \
	X(28, collector, N_("message of a collector"))

enum observation_artefact {
#define X(number, name, text) OBSERVATION_##name = number,
	OBSERVATION_ARTEFACTS(X)
#undef X
	    OBSERVATION_ARTEFACT_COUNT
};

/* What a time says, as bits: a file's modified and accessed may be one row. */
#define OBSERVATION_TIMES(X) \
	X(0, modified)       \
	X(1, accessed)       \
	X(2, changed)        \
	X(3, created)        \
	X(4, recorded)       \
	X(5, run)            \
	X(6, written)        \
	X(7, visited)        \
	X(8, sent)           \
	X(9, received)       \
	X(10, deleted)       \
	X(11, installed)     \
	X(12, logged_on)     \
	X(13, seen)

enum observation_time {
#define X(bit, name) OBSERVATION_TIME_##name = 1 << bit,
	OBSERVATION_TIMES(X)
#undef X
};

enum observation_clock { OBSERVATION_CLOCK_unknown, OBSERVATION_CLOCK_utc, OBSERVATION_CLOCK_local };

enum observation_flags {
	OBSERVATION_RECOVERED = 1
}; /* deleted or from slack: it never moves "first seen" in silence */

struct observation {
	int64_t when;
	uint64_t offset;
	uint32_t ordinal;
	uint16_t time_of;
	uint8_t artefact;
	uint8_t clock;
	uint8_t flags;
	const char *path;
	const char *fields; /* name=value NUL … ; borrowed */
	size_t fields_size; /* bytes, the last NUL included */
};

/* Appends name=value to a row's fields. Left out: an empty value. NULs and what is no UTF-8 in the value are shown visibly,
 * and a value is cut at 32 KiB, which its end tells: "… (40000 bytes)". */
void observation_field(struct buf *fields, const char *name, const char *value);
void observation_field_n(struct buf *fields, const char *name, const char *value, size_t n);
void observation_field_number(struct buf *fields, const char *name, int64_t value);

/* Appends the packed row. -1 (ERR_INVALID): it is longer than OBSERVATION_ROW. */
int observation_pack(const struct observation *o, struct buf *out, struct err *err);

/*
 * Reads the row at `bytes`, of which `n` are there; what `o` points to lies in them. *size gets its bytes. 1, 0: it is not whole
 * yet, -1 (ERR_INVALID): it is no row. Everything is checked: this is what a caged parser sends.
 */
int observation_unpack(const void *bytes, size_t n, struct observation *o, size_t *size, struct err *err);

/* The same for a row that was checked once: nothing is looked at twice. */
struct observation observation_decode(const void *row);

/* The order of a set: by time (no time last), then by artefact, path, offset, ordinal, time_of. */
int observation_compare(const struct observation *a, const struct observation *b);

/* A field's value, or NULL. Borrowed from the row. */
const char *observation_value(const struct observation *o, const char *name);

/* BLAKE2b-64 over the evidence's SHA-256, path, artefact, offset and ordinal: the same after a second run. */
void observation_id(const struct observation *o, const char *evidence_sha256, char id[OBSERVATION_ID]);

const char *observation_artefact_name(unsigned artefact); /* "file"; "other" for what this version does not know */
const char *observation_artefact_text(unsigned artefact); /* in the interface's language */
int observation_artefact_find(const char *name);          /* its number, or -1 */
const char *observation_clock_name(unsigned clock);
void observation_time_names(unsigned time_of, struct buf *out); /* "modified,accessed" */

/* "2026-11-23T14:05:09.1234567Z", or "" for no time; years 0001 to 9999. Room for 32. */
void observation_when(int64_t when, char text[32]);

/* 1: its time is UTC: its clock was, or the sweep that found the line moved it by the zone of its clock, so that the time as it was
 * written is not kept beside it. */
int observation_is_utc(const struct observation *o);

/* The same of a row as EDTF, as it goes on record: without Z where its clock was not UTC's, since then its zone is not known. */
void observation_when_recorded(const struct observation *o, char text[32]);

/* The flat object of the contract: id, evidence (label or ""), source, volume, path, artefact, offset, record, when, time_of,
 * clock, computer, user, text (observation_text.h), recovered, and the row's own fields. New reference. */
json_t *observation_json(const struct observation *o, const char *evidence, const char *evidence_sha256,
                         const char *source);

/* FILETIME (100 ns since 1601) and Unix seconds as `when`; 0 and what is out of range become OBSERVATION_NO_TIME. */
int64_t observation_from_filetime(uint64_t filetime);
int64_t observation_from_unix(int64_t seconds, uint32_t nanoseconds);

#endif
