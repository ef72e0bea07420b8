/*
 * Addresses and the domains by which organisations are told apart.
 *
 * The registrable domain of mail.sub.kusari.co.jp is kusari.co.jp: by the public suffix list as libpsl carries it, whose
 * date is printed (mail_domain_list_date()). Below lg.jp it is one label more, since towns share the prefecture's.
 * Providers of free mail, hosting and storage belong to everybody, and so name nobody: a dated list.
 */
#ifndef GENBA_FINDING_CHAIN_MAIL_DOMAIN_H
#define GENBA_FINDING_CHAIN_MAIL_DOMAIN_H

#include <stddef.h>

#define DOMAIN_TEXT  256
#define ADDRESS_TEXT (65 + DOMAIN_TEXT)
#define PROVIDERS_OF "2026-11" /* when the list of providers was last looked through */

struct mail_address {
	char text[ADDRESS_TEXT]; /* lower case */
	const char *host;        /* in `text` */
	size_t from, to;         /* bytes of the source */
};

/* The next address at or behind *at, in a header field or a text; 0 at the end. Defanged ones are read too. */
int mail_address_next(const char *text, size_t n, size_t *at, struct mail_address *address);

/* The registrable domain of a host; "" if it has none (a public suffix itself, an address in numbers). */
void mail_domain_registrable(const char *host, char out[DOMAIN_TEXT]);

enum mail_domain_use { DOMAIN_OWN, DOMAIN_FREE_MAIL, DOMAIN_PROVIDER };
enum mail_domain_use mail_domain_use(const char *registrable);

/* "2023-02-18": the day of the public suffix list. */
void mail_domain_list_date(char out[11]);

#endif
