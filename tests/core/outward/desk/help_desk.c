#include "help_desk.h"

#include "base/err.h"
#include "base/secret.h"
#include "case/case.h"
#include "case/store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char desk_folder[64];
char desk_copies[80];
struct identity *desk_owner;
struct buf desk_entered = BUF_INIT;

/* consultations, rescues, on site: by quarter from 2014-04 */
static const int numbers[5][3] = {{16, 7, 4}, {25, 10, 2}, {32, 14, 3}, {34, 7, 2}, {77, 35, 18}};

#define RESCUES 73

struct rescue {
	int quarter;
	int nth; /* in its quarter */
	char from[40];
	char until[40];
	char on_site[40];
	const char *org_kind;
	char case_id[40]; /* "": no file */
	char name[40];    /* of the organisation */
};

static struct rescue rescues[RESCUES];

static void must(int rc, const struct err *err)
{
	if (rc < 0)
		fail_msg("%s", err->message);
}

static const char *entered(const char *text)
{
	buf_addf(&desk_entered, "%s\n", text);
	return text;
}

/* Month `m` (0 to 2) of a quarter, for sprintf: year and month. */
static void month(int quarter, int m, int *year, int *of_year)
{
	int n = 3 + quarter * 3 + m;
	*year = 2014 + n / 12;
	*of_year = n % 12 + 1;
}

static int last_day(int of_year)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[of_year - 1];
}

/* The nth of `count` dates of a quarter: its first quarter of an hour, its last, months, days, uncertain ones. */
static void date_of(int quarter, int nth, int count, char text[40])
{
	int year;
	int m;
	month(quarter, nth == count - 1 ? 2 : nth % 3 == 0 ? 0 : nth % 3, &year, &m);
	if (nth == 0)
		snprintf(text, 40, "%04d-%02d-01T00:15:00+09:00", year, m);
	else if (nth == count - 1)
		snprintf(text, 40, "%04d-%02d-%02dT23:40:00+09:00", year, m, last_day(m));
	else if (nth % 5 == 1)
		snprintf(text, 40, "%04d-%02d~", year, m);
	else if (nth % 5 == 2)
		snprintf(text, 40, "%04d-%02d", year, m);
	else
		snprintf(text, 40, "%04d-%02d-%02d", year, m, 2 + nth % 20);
}

/* An exact day in a quarter, for what is measured. */
static void day_in(int quarter, int nth, int count, char text[40])
{
	date_of(quarter, nth, count, text);
	int year;
	int m;
	if (nth != 0 && nth != count - 1) {
		month(quarter, nth % 3, &year, &m);
		snprintf(text, 40, "%04d-%02d-%02d", year, m, 2 + nth % 20);
	}
}

static void months_on(const char *from, int months, int days, char text[40])
{
	int y;
	int m;
	int d;
	sscanf(from, "%d-%d-%d", &y, &m, &d);
	m += months;
	y += (m - 1) / 12;
	m = (m - 1) % 12 + 1;
	d += days;
	if (d > last_day(m))
		d = last_day(m);
	snprintf(text, 40, "%04d-%02d-%02d", y, m, d);
}

static void plan(void)
{
	static const char *const iaa[] = {"iaa", "local_iaa"};
	static const char *const association[] = {"association", "industry_body"};
	static const char *const other[] = {"ministry", "local_government", "university", "political", "other_public"};
	int n = 0;
	int year_one = 0;
	int longer = 0;
	int on_site = 0;
	for (int q = 0; q < 5; q++)
		for (int i = 0; i < numbers[q][1]; i++, n++) {
			struct rescue *r = &rescues[n];
			*r = (struct rescue){.quarter = q, .nth = i};
			snprintf(r->name, sizeof r->name, "Organisation-%03d-Hidden", n);
			day_in(q, i, numbers[q][1], r->from);
			if (i < numbers[q][2])
				date_of(q, i == 1 ? numbers[q][1] - 1 : i, numbers[q][1], r->on_site);
			if (q == 0) {
				r->org_kind = i < 3 ? "iaa" : i < 5 ? "individual" : NULL;
			} else {
				int k = year_one++;
				r->org_kind = k < 12   ? iaa[k % 2]
				              : k < 36 ? association[k % 2]
				              : k < 55 ? "company"
				                       : other[k % 5];
			}
			if (q < 4) {
				int is_long = *r->on_site ? on_site++ < 6 : (longer == 0 && q == 2);
				longer += !*r->on_site && is_long;
				if (is_long)
					months_on(r->from, 1, 1, r->until); /* a month and a day */
				else if (n % 3 == 0)
					months_on(r->from, 1, 0, r->until); /* exactly a month */
				else
					months_on(r->from, 0, 5, r->until);
				if (is_long && strcmp(r->until + 8, r->from + 8) <= 0) /* at the end of a month */
					months_on(r->from, 2, 0, r->until);
			}
		}
	assert_int_equal(n, RESCUES);
	assert_int_equal(year_one, 66);
	assert_int_equal(on_site, 11);
}

/* ---- case files */

static struct case_file *make(const char *name, const char *title, const char *party)
{
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/%s.genba", desk_folder, entered(name));
	struct case_new spec = {.title = entered(title), .owner = desk_owner, .party = party ? entered(party) : NULL};
	struct case_file *c = case_create(path, &spec, &err);
	free(path);
	must(c ? 0 : -1, &err);
	return c;
}

static void set(struct case_file *c, const char *label, const char *field, const char *value)
{
	struct err err = ERR_INIT;
	struct assign one = {field, value};
	if (value && *value)
		must(record_set(c, label, &one, 1, 0, &err), &err);
}

static void close_case(struct case_file *c)
{
	struct err err = ERR_INIT;
	must(case_close(c, &err), &err);
}

static struct case_file *open_again(const char *folder, const char *name)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {desk_owner, NULL};
	char *path = xasprintf("%s/%s.genba", folder, name);
	struct case_file *c = case_open(path, &unlock, 0, &err);
	free(path);
	must(c ? 0 : -1, &err);
	return c;
}

static void copy(const char *name, const char *to, const char *as)
{
	char *command = xasprintf("cp '%s/%s.genba' '%s/%s.genba'", desk_folder, name, to, as);
	assert_int_equal(system(command), 0);
	free(command);
	entered(as);
}

static struct rescue *find(int quarter, int nth)
{
	for (size_t i = 0; i < RESCUES; i++)
		if (rescues[i].quarter == quarter && rescues[i].nth == nth)
			return &rescues[i];
	fail();
	return NULL;
}

/* Another organisation that the attack of the case touches, which was told of it. */
static void tell_another(struct case_file *c, const char *name, const char *field, const char *value, const char *when)
{
	struct err err = ERR_INIT;
	char party[LABEL_TEXT];
	char decision[LABEL_TEXT];
	char label[LABEL_TEXT];
	struct action *a = action_begin(c, "add", &err);
	must(a ? 0 : -1, &err);
	struct assign of_party[] = {{"name", entered(name)},
	                            {"type", "organisation"},
	                            {field, value},
	                            {"chain_status", "confirmed"},
	                            {"chain_pivot", "topic"}};
	must(action_add(a, "party", of_party, 5, 0, party, &err), &err);
	struct assign of_decision[] = {{"title", "Told-Hidden"},
	                               {"choice", "yes"},
	                               {"reason", "Reason-Hidden"},
	                               {"by", "Responder-Hidden"},
	                               {"when", when}};
	must(action_add(a, "decision", of_decision, 5, 0, decision, &err), &err);
	struct assign contact[] = {{"party", party},
	                           {"when", when},
	                           {"direction", "out"},
	                           {"means", "phone"},
	                           {"purpose", "chain_notice"},
	                           {"said", "Said-Hidden"},
	                           {"approved_by", decision}};
	must(action_add(a, "contact", contact, 7, 0, label, &err), &err);
	must(action_commit(a, &err), &err);
}

/* A case file of a rescue with all that it knows but for what is named. */
static struct case_file *make_case(struct rescue *r, const char *name, const char *without)
{
	char *title = xasprintf("Title-of-%s", name);
	struct case_file *c = make(name, title, r->name);
	free(title);
	snprintf(r->case_id, sizeof r->case_id, "%s", case_id(c));
	set(c, "R1-P1", "org_kind", r->org_kind);
	set(c, "R1-P1", "domains", entered("victim.hidden.example"));
	if (!strstr(without, "rescue_from"))
		set(c, "case", "rescue_from", r->from);
	if (!strstr(without, "on_site"))
		set(c, "case", "on_site_from", r->on_site);
	if (!strstr(without, "until"))
		set(c, "case",
		    r->nth % 3 == 0   ? "rescue_until"
		    : r->nth % 3 == 1 ? "observe_from"
		                      : "closed",
		    r->until);
	return c;
}

static void make_cases(void)
{
	struct case_file *c;
	c = make_case(find(1, 3), "case-unregistered", "");
	set(c, "case", "consulted", "2014-09-30T23:40:00+09:00");
	set(c, "case", "route", "osint");
	/* one organisation in three cases, by its domain and by its name; and one that was entered twice */
	tell_another(c, "Partner-Hidden Inc.", "domains", "partner.hidden.example", "2014-08-05");
	tell_another(c, "Twin-Hidden Inc.", "domains", "twin-hidden.example", "2014-08-06");
	tell_another(c, "Twin of another name-Hidden", "domains", "twin-hidden.example", "2014-08-07");
	close_case(c);

	/* handed over before its support on site began: the copy beside it alone knows */
	c = make_case(find(2, 0), "case-handed-over", "on_site");
	set(c, "case", "route", "osint");
	close_case(c);
	copy("case-handed-over", desk_folder, "case-of-the-colleague");
	c = open_again(desk_folder, "case-of-the-colleague");
	set(c, "case", "on_site_from", find(2, 0)->on_site);
	close_case(c);

	/* the file knows what the register does not */
	c = make_case(find(2, 2), "case-knows-more", "");
	tell_another(c, "Partner-Hidden, by another name", "domains", "www.partner.hidden.example", "2014-11-05");
	close_case(c);

	/* two copies went on separately: one has the end, the other the support on site */
	c = make_case(find(3, 0), "case-diverged", "on_site until");
	set(c, "case", "kinds", "rat_found");
	close_case(c);
	copy("case-diverged", desk_folder, "case-diverged-too");
	c = open_again(desk_folder, "case-diverged-too");
	set(c, "case", "on_site_from", find(3, 0)->on_site);
	set(c, "case", "kinds", "+leak");
	set(c, "case", "severity", "high");
	set(c, "case", "trigger", "person");
	close_case(c);
	c = open_again(desk_folder, "case-diverged");
	set(c, "case", "rescue_until", find(3, 0)->until);
	set(c, "case", "kinds", "+spread");
	set(c, "case", "trigger", "outside");
	close_case(c);

	/* two that leads led to, and one where a lead and the route say the same */
	close_case(make_case(find(0, 1), "case-of-a-lead", ""));
	close_case(make_case(find(0, 2), "case-of-another-lead", ""));
	c = make_case(find(0, 4), "case-of-route-and-lead", "");
	set(c, "case", "route", "osint");
	close_case(c);
	c = make_case(find(4, 1), "case-running", "");
	tell_another(c, "PARTNER HIDDEN Inc", "names", "Alias-Hidden", "2015-05-05");
	close_case(c);
}

/* ---- the register */

static void put(struct action *a, const char *kind, const struct assign *fields, size_t count)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	must(action_add(a, kind, fields, count, 0, label, &err), &err);
	entered(label);
}

static void add_party(struct action *a, const char *name, const char *org_kind)
{
	struct assign fields[] = {
	    {"name", entered(name)}, {"type", "organisation"}, {"org_kind", org_kind ? org_kind : ""}};
	put(a, "party", fields, 3);
}

static void add_consultation(struct action *a, int quarter, int nth, const struct rescue *r)
{
	char when[40];
	char from[40];
	date_of(quarter, nth, numbers[quarter][0], when);
	snprintf(from, sizeof from, "%s", r ? r->name : "Caller-Hidden");
	int has_file = r && *r->case_id;
	char *summary = xasprintf("Summary-of-%d-%d", quarter, nth);
	struct assign fields[12] = {{"when", when}, {"from", from}, {"summary", entered(summary)}, {"means", "phone"}};
	size_t n = 4;
	if (r) {
		fields[n++] = (struct assign){"became", *r->on_site ? "on_site" : "rescue"};
		if (!has_file || r->quarter == 4)
			fields[n++] = (struct assign){"rescue_from", r->from};
		if (!has_file && *r->on_site)
			fields[n++] = (struct assign){"on_site_from", r->on_site};
		if (!has_file && *r->until)
			fields[n++] = (struct assign){"rescue_until", r->until};
		if (has_file)
			fields[n++] = (struct assign){"case_id", r->case_id};
	}
	put(a, "consultation", fields, n);
	free(summary);
}

static void add_consultations(struct action *a)
{
	size_t next = 0;
	for (int q = 0; q < 5; q++)
		for (int i = 0; i < numbers[q][0]; i++) {
			/* the last of a quarter, at 23:40, becomes the first rescue of the next, at 00:15 */
			const struct rescue *r = NULL;
			if (q < 4 && i == numbers[q][0] - 1)
				r = find(q + 1, 0);
			else if (q == 0 ? i < numbers[0][1] : i + 1 < numbers[q][1])
				r = find(q, q == 0 ? i : i + 1);
			if (r && strcmp(r->case_id, find(1, 3)->case_id) == 0 && *r->case_id)
				continue; /* in no register */
			next += r != NULL;
			add_consultation(a, q, i, r);
		}
	assert_int_equal(next, RESCUES - 1);
}

static void add_lead(struct action *a, const char *type, const char *found, const char *status, const char *case_id)
{
	struct assign fields[] = {{"title", entered("Lead-Hidden")},
	                          {"type", type},
	                          {"found", found},
	                          {"status", status},
	                          {"case_id", case_id}};
	put(a, "lead", fields, 5);
}

/* Table 1 of the report, spread over fiscal year 2014; and what is no suspicious mail, or of another year. */
static void add_mails(struct action *a)
{
	static const struct {
		const char *class, *archives, *files;
		int count;
	} table[] = {{"compressed", "zip×1", "exe×1", 364},
	             {"uncompressed", "", "office×1", 168},
	             {"url", "", "", 36},
	             {"neither", "", "", 19},
	             {"other", "", "", 22},
	             {"url", "", "", 1}};
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int n = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (int k = 0; k < table[i].count; k++, n++) {
			int is_last = i + 1 == sizeof table / sizeof *table;
			char when[40];
			snprintf(when, sizeof when, "%d-%02d-01T00:15:00+09:00", n % 12 < 9 ? 2014 : 2015,
			         n % 12 < 9 ? n % 12 + 4 : n % 12 - 8);
			struct assign fields[] = {{"subject", "Subject-Hidden"},
			                          {is_last || n % 2 ? "when" : "sent", is_last ? "2013-01-01" : when},
			                          {"class", table[i].class},
			                          {"archives", table[i].archives},
			                          {"files", table[i].files},
			                          {"sender_class", n % 3 ? "free_mail" : "company"}};
			must(action_add(a, "mail", fields, 6, RECORD_MACHINE, label, &err), &err);
		}
	struct assign genuine[] = {{"subject", "Genuine-Hidden"}, {"when", "2014-08-01"}, {"purpose", "genuine"}};
	put(a, "mail", genuine, 3);
}

static void make_register(void)
{
	struct err err = ERR_INIT;
	struct case_file *c = make("desk-of-2014", "Desk-Hidden", NULL);
	struct action *a = action_begin(c, "add", &err);
	must(a ? 0 : -1, &err);
	for (size_t i = 0; i < RESCUES; i++)
		add_party(a, rescues[i].name, rescues[i].org_kind);
	add_party(a, "Caller-Hidden", "company");
	add_consultations(a);
	add_lead(a, "social", "2014-04-02", "rescue", find(0, 1)->case_id);
	add_lead(a, "vendor_paper", "2014-05", "rescue", find(0, 2)->case_id);
	add_lead(a, "spoofing_notice", "2014-05-03", "rescue", find(0, 4)->case_id);
	add_lead(a, "announcement", "2014-06-03", "rescue", find(0, 4)->case_id); /* the same case again */
	add_lead(a, "social", "2014-07-01T00:15:00+09:00", "closed", "");
	add_mails(a);
	must(action_commit(a, &err), &err);
	/* one that was typed twice */
	struct assign twice[] = {{"when", "2014-08-01"},
	                         {"from", "Caller-Hidden"},
	                         {"summary", entered("Typed-twice")},
	                         {"became", "rescue"}};
	char label[LABEL_TEXT];
	must(record_add(c, "consultation", twice, 4, 0, label, &err), &err);
	close_case(c);
	copy("desk-of-2014", desk_copies, "desk-of-2014-copy-last-week");
	c = open_again(desk_folder, "desk-of-2014");
	must(record_retract(c, label, entered("Typed-twice-reason"), &err), &err);
	close_case(c);
	copy("desk-of-2014", desk_copies, "desk-of-2014-copy-today");
	copy("case-of-a-lead", desk_copies, "case-copied-1");
	copy("case-diverged", desk_copies, "case-copied-2");
	copy("case-handed-over", desk_copies, "case-copied-3");
}

int desk_setup(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	must(secret_setup(&err), &err);
	snprintf(desk_folder, sizeof desk_folder, "/tmp/genba-desk-XXXXXX");
	assert_non_null(mkdtemp(desk_folder));
	setenv("XDG_DATA_HOME", desk_folder, 1);
	snprintf(desk_copies, sizeof desk_copies, "%s/copies", desk_folder);
	assert_int_equal(mkdir(desk_copies, 0700), 0);
	desk_owner = identity_ephemeral("Responder-Hidden", "R1");
	entered("Responder-Hidden");
	plan();
	make_cases();
	make_register();
	return 0;
}

int desk_teardown(void **state)
{
	(void)state;
	identity_free(desk_owner);
	buf_release(&desk_entered);
	char *command = xasprintf("rm -rf '%s'", desk_folder);
	int rc = system(command);
	free(command);
	return rc;
}
