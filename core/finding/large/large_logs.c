/* The logs of exits, VPN and webmail: ordinary lines of every hour, and what the intruder left between them. */
#include "finding/large/large_site.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOG_FROM 1407888000 /* 2014-08-13T00:00:00Z */
#define LOG_TO   1410220800 /* 2014-09-09T00:00:00Z */
#define RESPONSE 1410134400 /* 2014-09-08T00:00:00Z */
#define ZONE     32400

struct numbers {
	unsigned value;
};

static unsigned draw(struct numbers *n)
{
	n->value = n->value * 1103515245U + 12345U;
	return n->value >> 16;
}

static void add_date(struct buf *out, const char *format, int64_t when)
{
	char text[64];
	struct tm tm;
	time_t seconds = (time_t)(when + ZONE);
	gmtime_r(&seconds, &tm);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	strftime(text, sizeof text, format, &tm);
#pragma GCC diagnostic pop
	buf_adds(out, text);
}

/* A request, as squid has it or as a firewall has it. */
static void add_request(unsigned exit, int64_t when, const char *client, const char *host, const char *address,
                        unsigned bytes, struct buf *out)
{
	if (exit < 2) {
		buf_addf(out, "%lld.%03u 187 %s TCP_TUNNEL/200 %u CONNECT %s:443 - HIER_DIRECT/%s -\n", (long long)when,
		         bytes % 1000, client, bytes, host, address);
		return;
	}
	add_date(out, "date=%Y-%m-%d time=%H:%M:%S", when);
	buf_addf(out,
	         " devname=%s type=traffic srcip=%s dstip=%s dstport=443 hostname=\"%s\" action=accept sentbyte=%u\n",
	         exit == 2 ? "FW-OV" : "FW-LAB", client, address, host, bytes);
}

/* Which exit a machine goes out by; those of the laboratory have a line of their own, which nobody knew. */
static unsigned exit_of(const struct large_machine *m)
{
	static const unsigned exits[LARGE_PLACES] = {0, 1, 2};
	return strcmp(m->name, "HQ-PC-222") == 0 ? 3 : exits[m->place];
}

void large_exit_log(unsigned exit, struct buf *out)
{
	static const char *const sites[] = {"www.news.example", "update.os.example", "www.bank.example",
	                                    "www.sync-update.example.org"};
	struct numbers n = {20140908U + exit};
	for (int64_t hour = LOG_FROM; hour < LOG_TO; hour += 3600) {
		char client[24];
		char address[24];
		for (unsigned i = 0; i < 3; i++) {
			snprintf(client, sizeof client, "10.%u.%u.%u", exit == 3 ? 1 : exit + 1, 1 + draw(&n) % 2,
			         11 + draw(&n) % 190);
			snprintf(address, sizeof address, "203.0.113.%u", 100 + draw(&n) % 100);
			add_request(exit, hour + 300 * i + draw(&n) % 300, client, sites[draw(&n) % 4], address,
			            400 + draw(&n) % 9000, out);
		}
		for (unsigned i = 0; i < LARGE_MACHINES; i++) {
			struct large_machine m = large_machine_at(i);
			if (m.infected && exit_of(&m) == exit && (hour / 3600 + m.number) % 24 == 1)
				add_request(exit, hour + 1800 + m.number, m.address, LARGE_C2, LARGE_C2_IP,
				            3900 + draw(&n) % 200, out);
		}
	}
}

/* ⑥ */
void large_vpn_log(struct buf *out)
{
	struct numbers n = {20140925U};
	for (int64_t hour = RESPONSE; hour < RESPONSE + 42 * 86400; hour += 3600) {
		add_date(out, "date=%Y-%m-%d time=%H:%M:%S", hour + draw(&n) % 1500);
		buf_addf(out,
		         " devname=VPN-01 type=event action=login status=success user=staff%03u srcip=192.0.2.%u\n",
		         1 + draw(&n) % 200, 20 + draw(&n) % 60);
		for (unsigned i = 0; hour >= RESPONSE + 17 * 86400 && hour / 3600 % 8 == 3 && i < 6; i++) {
			add_date(out, "date=%Y-%m-%d time=%H:%M:%S", hour + 1600 + 20 * i);
			buf_addf(out,
			         " devname=VPN-01 type=event action=login status=failure user=staff%03u "
			         "srcip=" LARGE_INTRUDER "\n",
			         1 + draw(&n) % 14);
		}
	}
}

/* ⑧ */
void large_webmail_log(struct buf *out)
{
	struct numbers n = {20141001U};
	for (int64_t hour = RESPONSE; hour < RESPONSE + 42 * 86400; hour += 3600) {
		buf_addf(out, "192.0.2.%u - - [", 20 + draw(&n) % 60);
		add_date(out, "%d/%b/%Y:%H:%M:%S +0900", hour + draw(&n) % 1500);
		buf_addf(out, "] \"GET /owa/ HTTP/1.1\" 200 %u \"-\" \"Mozilla/5.0\"\n", 1200 + draw(&n) % 4000);
		for (unsigned i = 0; hour >= RESPONSE + 23 * 86400 && hour / 3600 % 6 == 1 && i < 5; i++) {
			buf_adds(out, LARGE_INTRUDER " - - [");
			add_date(out, "%d/%b/%Y:%H:%M:%S +0900", hour + 1600 + 30 * i);
			buf_adds(out, "] \"POST /owa/auth.owa HTTP/1.1\" 401 512 \"-\" \"Mozilla/4.0\"\n");
		}
	}
}
