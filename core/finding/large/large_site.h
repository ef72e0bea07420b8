/*
 * The large site of practice: section 3.1 of the report, as its machines, exits,
 * logs and mails would tell it. Facts of the report are its order (①…⑩) and that
 * there are several hundred hosts with places abroad; numbers, names, dates and
 * addresses are invented, and harmless.
 *
 *     400 machines in three places, 60 of them collected
 *     2014-03-11  a terminal of the head office is infected by mail; 2014-05 to 08 the domain controllers ①②
 *                 and terminals in all places ③④; four exits carry the C2 ⑤
 *     2014-09-08  it is noticed, and the response begins
 *     2014-09 on  VPN ⑥ and webmail ⑧ are tried, a web shell is put on the public web server ⑦,
 *                 six new mails lead to the same C2 ⑨
 *
 * The list of machines is the source: everything else follows from it, so that two
 * runs give the same bytes.
 */
#ifndef GENBA_FINDING_LARGE_LARGE_SITE_H
#define GENBA_FINDING_LARGE_LARGE_SITE_H

#include "base/buf.h"

#define LARGE_MACHINES 400U
#define LARGE_C2       "www.sync-update.example"
#define LARGE_C2_IP    "198.51.100.44"
#define LARGE_RAT      "mgrsvc.exe"
#define LARGE_INTRUDER "203.0.113.66" /* who tries the logons and uses the web shell */

enum large_place { LARGE_HEAD_OFFICE, LARGE_BRANCH, LARGE_ABROAD, LARGE_PLACES };

enum large_role {
	LARGE_TERMINAL,
	LARGE_SERVER,
	LARGE_FILE_SERVER,
	LARGE_DOMAIN_CONTROLLER,
	LARGE_EXIT,
	LARGE_VPN,
	LARGE_WEBMAIL,
	LARGE_WEB_SERVER,
};

struct large_machine {
	char name[24];
	char address[24];
	enum large_place place;
	enum large_role role;
	unsigned number;   /* in the list, from 0 */
	unsigned unit;     /* of its place: which department */
	int collected;     /* there is a collection of it */
	unsigned infected; /* days since 2014-03-11, and 1; 0: it is not */
};

/* The machine `i` of the list, below LARGE_MACHINES. */
struct large_machine large_machine_at(unsigned i);

/* The list as an office keeps it: a CSV with a title above its headings, a mark of its encoding, and CRLF. */
void large_site_list(int japanese, struct buf *out);

/* The zip that a collector made of a machine. */
void large_collection(const struct large_machine *m, struct buf *out);

/* The log of an exit (0 to 3): squid's of two, a firewall's of the others; of the VPN; of the webmail's web server. */
#define LARGE_EXITS 4U
void large_exit_log(unsigned exit, struct buf *out);
void large_vpn_log(struct buf *out);
void large_webmail_log(struct buf *out);

/* Mail 0 is that of March; 1 to 6 came during the response. */
#define LARGE_MAILS 7U
void large_mail(unsigned i, int japanese, struct buf *out);

#endif
