/*
 * Properties of Outlook's objects: what .msg files and winmail.dat have in common. Source: MS-OXPROPS, MS-OXCDATA.
 *
 *     struct mapi m = {.pool = &pool};
 *     mapi_add(&m, 0x0037, MAPI_UNICODE, bytes, 0);
 *     mapi_text(&m, MAPI_SUBJECT, &out);                 // 1 if there is one
 */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_MAPI_H
#define GENBA_FINDING_MAIL_OUTLOOK_MAPI_H

#include "finding/mail/files/span.h"
#include "finding/mail/read/pool.h"

struct buf;

enum mapi_type {
	MAPI_LONG = 0x03,
	MAPI_BOOLEAN = 0x0B,
	MAPI_OBJECT = 0x0D,
	MAPI_STRING = 0x1E,
	MAPI_UNICODE = 0x1F,
	MAPI_TIME = 0x40,
	MAPI_BINARY = 0x102
};

enum mapi_id {
	MAPI_SUBJECT = 0x0037,
	MAPI_SENT = 0x0039,
	MAPI_FROM_NAME = 0x0042,
	MAPI_FROM_ADDRESS = 0x0065,
	MAPI_HEADERS = 0x007D,
	MAPI_RECIPIENT_TYPE = 0x0C15,
	MAPI_SENDER_NAME = 0x0C1A,
	MAPI_SENDER_ADDRESS = 0x0C1F,
	MAPI_SHOWN_CC = 0x0E03,
	MAPI_SHOWN_TO = 0x0E04,
	MAPI_RECEIVED = 0x0E06,
	MAPI_BODY = 0x1000,
	MAPI_RTF = 0x1009,
	MAPI_HTML = 0x1013,
	MAPI_MESSAGE_ID = 0x1035,
	MAPI_REFERENCES = 0x1039,
	MAPI_ANSWER_TO = 0x1042,
	MAPI_NAME = 0x3001,
	MAPI_ADDRESS = 0x3003,
	MAPI_DATA = 0x3701,
	MAPI_SHORT_NAME = 0x3704,
	MAPI_METHOD = 0x3705,
	MAPI_LONG_NAME = 0x3707,
	MAPI_MIME_TYPE = 0x370E,
	MAPI_CONTENT_ID = 0x3712,
	MAPI_FLAGS = 0x3714,
	MAPI_SMTP = 0x39FE,
	MAPI_CODE_PAGE = 0x3FDE,
	MAPI_MESSAGE_CODE_PAGE = 0x3FFD,
	MAPI_SENDER_SMTP = 0x5D01,
	MAPI_FROM_SMTP = 0x5D02,
	MAPI_HIDDEN = 0x7FFE,
};

struct mapi_value {
	unsigned id;
	unsigned type;
	struct span bytes; /* borrowed */
	uint64_t number;
};

struct mapi {
	struct pool *pool;
	struct mapi_value *all;
	size_t count;
	size_t cap;
	int limited;        /* it has more than MAPI_MOST */
	unsigned code_page; /* of MAPI_STRING, where the object itself does not say; 0: guessed */
};

#define MAPI_MOST 10000

void mapi_add(struct mapi *m, unsigned id, unsigned type, struct span bytes, uint64_t number);

/* The first value of that id, of any type or of the type; or NULL. */
const struct mapi_value *mapi_find(const struct mapi *m, unsigned id, unsigned type);

/* Appends a text as UTF-8. 1 if there is any. */
int mapi_text(const struct mapi *m, unsigned id, struct buf *out);

uint64_t mapi_number(const struct mapi *m, unsigned id);

/* The name of a code page as mails have it ("shift_jis"), or "" if it is not known. */
void mapi_charset(unsigned code_page, char name[24]);

#endif
