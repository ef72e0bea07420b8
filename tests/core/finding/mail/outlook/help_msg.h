/* Writes small compound files and winmail.dat, as Outlook does. */
#ifndef GENBA_TESTS_HELP_MSG_H
#define GENBA_TESTS_HELP_MSG_H

#include "base/buf.h"

#include <stdint.h>

/* Entries are added below a storage (0: the root) and get the number that is returned. */
struct msg_writer {
	struct buf data; /* sectors behind the header */
	struct buf mini;
	struct {
		char name[64];
		int storage;
		uint32_t above;
		uint32_t start;
		uint32_t size;
		int is_mini;
	} all[64];
	uint32_t count;
	uint32_t fat[16384];
	uint32_t mini_fat[4096];
	uint32_t mini_count;
};

void msg_writer_begin(struct msg_writer *w);
uint32_t msg_storage(struct msg_writer *w, uint32_t above, const char *name);
uint32_t msg_stream(struct msg_writer *w, uint32_t above, const char *name, const void *bytes, size_t n);
/* A text property (UTF-16 of ASCII) and a table of fixed ones: pairs of id and number, ended by 0. */
void msg_text(struct msg_writer *w, uint32_t above, unsigned id, const char *text);
void msg_fixed(struct msg_writer *w, uint32_t above, size_t head, const uint64_t *pairs);
void msg_writer_end(struct msg_writer *w, struct buf *out);

/* A mail with text, a PDF, a hidden picture and a mail in it; what its subject is. */
void msg_sample(struct buf *out);

/* An attribute of TNEF. */
void tnef_attribute(struct buf *out, int level, uint32_t id, const void *bytes, size_t n);

#endif
