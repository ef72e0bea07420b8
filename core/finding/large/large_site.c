#include "finding/large/large_site.h"

#include <stdio.h>
#include <string.h>

/* In the order of the list. The last of a row's machines have the role's own names. */
static const struct {
	const char *name; /* with the number, for more than one */
	enum large_place place;
	enum large_role role;
	unsigned count;
} groups[] = {
    {"HQ-AD-%02u", LARGE_HEAD_OFFICE, LARGE_DOMAIN_CONTROLLER, 2},
    {"FW-HQ", LARGE_HEAD_OFFICE, LARGE_EXIT, 1},
    {"FW-BR", LARGE_BRANCH, LARGE_EXIT, 1},
    {"FW-OV", LARGE_ABROAD, LARGE_EXIT, 1},
    {"FW-LAB", LARGE_HEAD_OFFICE, LARGE_EXIT, 1},
    {"VPN-01", LARGE_HEAD_OFFICE, LARGE_VPN, 1},
    {"WEBMAIL-01", LARGE_HEAD_OFFICE, LARGE_WEBMAIL, 1},
    {"WEB-01", LARGE_HEAD_OFFICE, LARGE_WEB_SERVER, 1},
    {"FS-01", LARGE_HEAD_OFFICE, LARGE_FILE_SERVER, 1},
    {"HQ-SV-%02u", LARGE_HEAD_OFFICE, LARGE_SERVER, 10},
    {"HQ-PC-%03u", LARGE_HEAD_OFFICE, LARGE_TERMINAL, 230},
    {"BR-SV-%02u", LARGE_BRANCH, LARGE_SERVER, 5},
    {"BR-PC-%03u", LARGE_BRANCH, LARGE_TERMINAL, 95},
    {"OV-SV-%02u", LARGE_ABROAD, LARGE_SERVER, 4},
    {"OV-PC-%03u", LARGE_ABROAD, LARGE_TERMINAL, 46},
};

/* The RAT, and the day that it came (from 1); the first is the terminal that was slow. */
static const struct {
	const char *name;
	unsigned day;
} infected[] = {
    {"HQ-PC-017", 1},   {"HQ-PC-018", 20},  {"HQ-AD-01", 63},   {"HQ-AD-02", 64},   {"HQ-PC-042", 70},
    {"HQ-PC-088", 71},  {"HQ-PC-105", 71},  {"BR-PC-009", 92},  {"BR-PC-010", 92},  {"HQ-PC-151", 100},
    {"OV-PC-004", 117}, {"HQ-PC-164", 120}, {"BR-PC-061", 130}, {"OV-PC-021", 141}, {"HQ-PC-222", 152},
};

/* Beside those: every machine of which the response had a collection made by then. */
static int is_collected(const struct large_machine *m, unsigned number)
{
	switch (m->role) {
	case LARGE_DOMAIN_CONTROLLER:
	case LARGE_WEB_SERVER:
	case LARGE_FILE_SERVER:
		return 1;
	case LARGE_SERVER:
		return number <= 2;
	case LARGE_TERMINAL: /* of the head office every ninth, and so on: 60 with those that are infected */
		return m->infected || number % 9 == 6;
	default:
		return 0;
	}
}

struct large_machine large_machine_at(unsigned i)
{
	struct large_machine m = {.number = i};
	unsigned number = i;
	size_t group = 0;
	while (number >= groups[group].count)
		number -= groups[group++].count;
	number++;
	m.place = groups[group].place;
	m.role = groups[group].role;
	m.unit = number / 12;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(m.name, sizeof m.name, groups[group].name, number);
#pragma GCC diagnostic pop
	snprintf(m.address, sizeof m.address, "10.%u.%u.%u", 1 + (unsigned)m.place, 1 + i / 200, 11 + i % 200);
	for (size_t k = 0; k < sizeof infected / sizeof *infected; k++)
		if (strcmp(infected[k].name, m.name) == 0)
			m.infected = infected[k].day;
	m.collected = is_collected(&m, number);
	return m;
}

/* ---- the list */

static const char *const types[2][8] = {
    {"terminal", "server", "file server", "domain controller (AD)", "firewall", "VPN device", "external webmail",
     "public web server"},
    {"端末", "サーバ", "ファイルサーバ", "ADサーバ", "ファイアウォール", "VPN装置", "外部Webメール", "公開Webサーバ"},
};
static const char *const units[2][6] = {
    {"General affairs", "Accounting", "Research", "Sales", "Production, line 1", "Information systems"},
    {"総務部", "経理部", "研究開発部", "営業部", "生産部,第1課", "情報システム部"},
};
static const char *const places[2][LARGE_PLACES] = {
    {"Head office", "Branch", "Abroad"},
    {"本社", "支社", "海外拠点"},
};

void large_site_list(int japanese, struct buf *out)
{
	int ja = japanese != 0;
	buf_adds(out, "\xEF\xBB\xBF");
	buf_adds(out, ja ? "情報資産台帳(2014年9月1日現在),,,,,,,\r\n"
	                   "管理番号,ホスト名,種別,所管部署,拠点,IPアドレス,OS・バージョン,外部接続点\r\n"
	                 : "List of machines as of 2014-09-01,,,,,,,\r\n"
	                   "Inventory number,Host name,Type,Owner department,Site,IP addresses,OS and version,Reaches "
	                   "the outside\r\n");
	for (unsigned i = 0; i < LARGE_MACHINES; i++) {
		struct large_machine m = large_machine_at(i);
		int is_exit = m.role == LARGE_EXIT || m.role == LARGE_VPN || m.role == LARGE_WEBMAIL;
		const char *unit =
		    units[ja][m.role == LARGE_TERMINAL ? m.unit % 5 : 5]; /* a name with a comma: quoted */
		const char *quote = strchr(unit, ',') ? "\"" : "";
		buf_addf(out, "L-%04u,%s,%s,%s%s%s,%s,%s,%s,%s\r\n", 1001 + i, m.name, types[ja][m.role], quote, unit,
		         quote, places[ja][m.place], m.address,
		         m.role == LARGE_TERMINAL                          ? "Windows 7 Professional"
		         : m.role >= LARGE_EXIT && m.role <= LARGE_WEBMAIL ? ""
		                                                           : "Windows Server 2008 R2",
		         is_exit ? "yes" : "no");
	}
}
