/* Parts of the reader of event logs: values, templates, chunks (evtx.h). */
#ifndef GENBA_FINDING_TRIAGE_EVTX_PRIVATE_H
#define GENBA_FINDING_TRIAGE_EVTX_PRIVATE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define EVTX_CHUNK 65536U
#define EVTX_DEEP  32U /* elements within each other; a binary XML value within another: EVTX_NESTED */

enum evtx_type {
	EVTX_NULL = 0,
	EVTX_STRING = 1,
	EVTX_FILETIME = 0x11,
	EVTX_BINXML = 0x21,
	EVTX_ARRAY = 0x80,
};

/* Appends the value's text, UTF-8 without NUL. A value of an impossible size gives what can be said of it. */
void evtx_value(struct buf *out, unsigned type, const unsigned char *p, size_t n);

/* Appends n UTF-16 code units as UTF-8: lone surrogates as U+FFFD, a NUL inside as \x00, those at the end left out. */
void evtx_utf16(struct buf *out, const unsigned char *p, size_t n);

/* ---- templates */

struct evtx_part {
	uint32_t at;   /* in the template's text */
	uint32_t size; /* bytes of text; EVTX_SUBSTITUTE: `at` is the number of a value */
};
#define EVTX_SUBSTITUTE UINT32_MAX

enum evtx_op_kind {
	EVTX_OP_TEXT,    /* name=value NUL, as it stands in the template */
	EVTX_OP_FIELD,   /* a name= and the parts of its value */
	EVTX_OP_NAMED,   /* likewise, where parts of the name are values */
	EVTX_OP_CREATED, /* parts of TimeCreated */
	EVTX_OP_NESTED,  /* a value that is binary XML, in the place of the element `path` */
};

struct evtx_op {
	enum evtx_op_kind kind;
	uint32_t text; /* where its text stands */
	uint32_t size;
	uint32_t part; /* its first part */
	uint32_t parts;
	uint32_t name_parts; /* EVTX_OP_NAMED: of these the first are the name */
};

/* What an element, or a whole template, becomes. */
struct evtx_template {
	uint32_t offset; /* of its definition in the chunk; the key, with the path */
	char *path;      /* names of the elements it stands in, each ended by '/' */
	struct buf text;
	struct evtx_op *ops;
	size_t op_count;
	size_t op_cap;
	struct evtx_part *parts;
	size_t part_count;
	size_t part_cap;
	size_t end; /* where reading ended */
};

/* Compiles the binary XML in chunk[at, end). `bare`: no template, so elements may have no dependency id. 0; -1: it is damaged, and
 * what stood before is there. */
int evtx_compile(struct evtx_template *t, const unsigned char *chunk, size_t size, size_t at, size_t end,
                 const char *path, int bare);
void evtx_template_release(struct evtx_template *t);

/* ---- records */

struct evtx_reader; /* of one chunk after the other */

struct evtx_record {
	int64_t created; /* OBSERVATION_NO_TIME: the record does not say */
	struct buf fields;
	int damaged; /* a part of it could not be read */
};

struct evtx_reader *evtx_reader_new(void);
void evtx_reader_free(struct evtx_reader *r);

/* Begins a chunk of `size` bytes, borrowed; what was known of templates is forgotten. */
void evtx_reader_chunk(struct evtx_reader *r, const unsigned char *chunk, size_t size);

/* Appends the fields of the record whose binary XML is chunk[at, end). */
void evtx_reader_record(struct evtx_reader *r, size_t at, size_t end, struct evtx_record *record);

#endif
