/*
 * Addresses and dates of header fields.
 *
 * An address list is read in one pass, whatever is in it: names, comments, groups, quoted names with commas, addresses
 * without brackets. Dates are what RFC 5322 has, and what older mailers wrote.
 *
 *     struct address_list to = {0};
 *     address_read(&to, &pool, field->value, field->n, charset);
 *     for (size_t i = 0; i < to.count; i++)
 *         puts(to.all[i].address);             // "taro@mail.example", the host in lower case
 */
#ifndef GENBA_FINDING_MAIL_READ_ADDRESS_H
#define GENBA_FINDING_MAIL_READ_ADDRESS_H

#include "finding/mail/read/pool.h"

#include <stddef.h>

struct buf;

#define ADDRESS_MOST   10000
#define ADDRESS_GROUPS 1000
#define ADDRESS_DEPTH  100 /* of comments */

struct address {
	const char *name;    /* as shown, decoded; "" */
	const char *address; /* or "" */
};

struct address_list {
	struct address *all; /* of the pool */
	size_t count;
	size_t cap;
	size_t groups;
	int limited;
};

/* Appends the addresses of a value. */
void address_read(struct address_list *list, struct pool *pool, const char *value, size_t n, const char *charset);

/* "Name <address>, …" for people. */
void address_show(const struct address_list *list, struct buf *out);

/* The host of an address, or "". */
const char *address_host(const char *address);

/* Appends the time of a Date or Received field in RFC 3339 and returns 1; 0 if it is none. *utc gets its seconds since
 * 1970, *zone its offset in minutes (may be NULL). */
int address_date(const char *text, size_t n, struct buf *out, long long *utc, int *zone);

#endif
