/* The gate: who leaves, on whose approval, and every way around it that we could think of. */
#include "outward/release/release.h"
#include "outward/release/release_preview.h"

#include "core/case/help_case.h"
#include "outward/exchange/shared_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *decision; /* decided, by somebody */
static const char *recipient;

static int setup(void **state)
{
	case_setup(state);
	recipient = add("party", "name=Partner+CSIRT type=organisation roles=cert");
	decision = add("decision", "title=Share? choice=yes reason=others+are+hit by=R1-P1 when=2026-11-23");
	return 0;
}

static struct release_wish wish(const char *tlp)
{
	return (struct release_wish){.to = recipient, .tlp = tlp, .approved_by = decision};
}

static shared_write_fn writer_of(const char *form)
{
	return strcmp(form, "stix") == 0 ? stix_write : strcmp(form, "misp") == 0 ? misp_write : timesketch_write;
}

/* Exports in a form; the bytes, or NULL with the error. */
static char *export(const char *form, const struct release_wish *w, struct err *err)
{
	char label[LABEL_TEXT];
	struct buf bytes = BUF_INIT;
	struct release *r = release_open(the_case, w, err);
	char *path = xasprintf("%s/out-%llu", scratch, (unsigned long long)commits());
	int rc = r ? writer_of(form)(r, "csv", &bytes, err) : -1;
	if (rc == 0)
		rc = release_finish(r, form, bytes.data, bytes.len, path, label, err);
	if (rc < 0)
		assert_int_equal(access(path, F_OK), -1); /* no file, no half file */
	release_close(r);
	free(path);
	if (rc == 0)
		return buf_take(&bytes, NULL);
	buf_release(&bytes);
	return NULL;
}

static void leaves(const char *form, const struct release_wish *w, const char *text, int wanted)
{
	struct err err = ERR_INIT;
	char *bytes = export(form, w, &err);
	if (!bytes)
		fail_msg("%s: %s", form, err.message);
	if ((strstr(bytes, text) != NULL) != wanted)
		fail_msg("%s: '%s' %s:\n%s", form, text, wanted ? "is missing" : "leaves", bytes);
	free(bytes);
}

static void refused(const struct release_wish *w, enum err_code code, const char *part)
{
	struct err err = ERR_INIT;
	char *bytes = export("stix", w, &err);
	if (bytes)
		fail_msg("it leaves: %s", bytes);
	if (err_status(&err) != (int)code || !strstr(err.message, part))
		fail_msg("%d '%s' lacks '%s'", err_status(&err), err.message, part);
}

static void add_reason_line(void *ctx, const char *reason, uint64_t records)
{
	buf_addf(ctx, "%llu %s\n", (unsigned long long)records, reason);
}

/* The preview says what the gate would do, in any number of slices. */
static void the_preview_counts_as_the_gate_does(void **state)
{
	struct err err = ERR_INIT;
	struct buf reasons = BUF_INIT;
	uint64_t counts[2][2];
	size_t slices = 1;
	int rc;
	(void)state;
	char *to = xstrdup(recipient); /* labels are good until 32 more are added */
	char *approved_by = xstrdup(decision);
	add("evidence", "type=file title=sample");
	add("indicator", "type=domain value=evil.example sample=R1-E1");
	add("indicator", "type=domain value=other.example shareable=approved tlp=RED");
	for (int i = 0; i < 450; i++)
		add("note", i % 3 ? "text=seen" : "text=heard tlp=RED");
	struct release_preview *p = release_preview_new(the_case, "AMBER");
	while ((rc = release_preview_work(p, 0, &err)) == 1) {
		assert_true(release_preview_percent(p) < 100);
		slices++;
	}
	assert_int_equal(rc, 0);
	assert_true(slices > 2);
	release_preview_counts(p, &counts[0][0], &counts[0][1]);
	release_preview_each(p, add_reason_line, &reasons);
	release_preview_free(p);
	struct release_wish w = {.to = to, .tlp = "AMBER", .approved_by = approved_by};
	struct release *r = release_open(the_case, &w, &err);
	if (!r)
		fail_msg("%s", err.message);
	release_counts(r, &counts[1][0], &counts[1][1]);
	release_close(r);
	assert_int_equal(counts[0][0], counts[1][0]);
	assert_int_equal(counts[0][1], counts[1][1]);
	assert_int_equal(counts[0][0], 301); /* notes, and a party */
	assert_string_equal(reasons.data, "151 RED or AMBER+STRICT, which never leave\n"
	                                  "1 a record of genba itself\n"
	                                  "1 a record of what the response decided\n"
	                                  "1 a sample whose indicator may not be shared\n"
	                                  "1 the provider has not approved that it is shared\n");
	buf_release(&reasons);
	free(approved_by);
	free(to);
}

static void nothing_leaves_unless_somebody_allowed_it(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	leaves("stix", &w, "bundle", 1);
	w.approved_by = NULL;
	refused(&w, ERR_USAGE, "--approved-by");
	w.approved_by = recipient;
	refused(&w, ERR_USAGE, "no decision");
	w.approved_by = add("decision", "title=x choice=y reason=z by=R1-P1 when=2026 status=proposed");
	refused(&w, ERR_FAILED, "not decided");
	w = wish("AMBER");
	w.to = "Nobody";
	refused(&w, ERR_USAGE, "no party");
	static const char *const never[] = {"RED", "AMBER+STRICT", "red", "WHITE", ""};
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		w = wish(never[i]);
		refused(&w, ERR_USAGE, "--tlp");
	}
	w = wish("AMBER");
	w.internal = 1;
	refused(&w, ERR_USAGE, "--internal");
	add("decision", "title=Share? choice=no reason=z by=R1-P1 when=2026 replaces=R1-D1");
	w = wish("AMBER");
	refused(&w, ERR_FAILED, "replaced by");
}

static void a_retracted_approval_is_none(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	assert_int_equal(record_retract(the_case, decision, "a mistake", NULL), 0);
	refused(&w, ERR_FAILED, "retracted");
}

/* What is only proposed takes no other decision's place. */
static void a_proposal_replaces_nothing(void **state)
{
	(void)state;
	char fields[200];
	struct release_wish w = wish("AMBER");
	snprintf(fields, sizeof fields,
	         "title=Other choice=no reason=later by=R1-P1 when=2026 status=proposed replaces=%s", decision);
	const char *other = add("decision", fields);
	leaves("stix", &w, "bundle", 1);
	set(other, "status=decided");
	refused(&w, ERR_FAILED, "was replaced by");
}

static void labels_are_kept(void **state)
{
	(void)state;
	struct release_wish green = wish("GREEN");
	struct release_wish amber = wish("AMBER");
	add("indicator", "type=domain value=green.example shareable=approved tlp=GREEN");
	add("indicator", "type=domain value=amber.example shareable=approved");
	add("indicator", "type=domain value=red.example shareable=approved tlp=RED");
	const char *strict = add("indicator", "type=domain value=strict.example shareable=approved");
	assert_int_equal(record_set(the_case, strict, &(struct assign){"tlp", "AMBER+STRICT"}, 1, 0, NULL), 0);
	add("indicator", "type=domain value=asked.example shareable=asked tlp=GREEN");
	static const char *const forms[] = {"stix", "misp"};
	for (size_t i = 0; i < 2; i++) {
		leaves(forms[i], &green, "green.example", 1);
		leaves(forms[i], &green, "amber.example", 0);
		leaves(forms[i], &amber, "amber.example", 1);
		leaves(forms[i], &amber, "red.example", 0);
		leaves(forms[i], &amber, "strict.example", 0);
		leaves(forms[i], &amber, "asked.example", 0);
	}
}

static void references_to_what_stays_are_taken_out(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	const char *secret = add("asset", "hostname=SECRET-HOST tlp=RED");
	char fields[200];
	snprintf(fields, sizeof fields, "title=seen side=attacker when=2026-11-23T10:00:00Z assets=%s", secret);
	const char *event = add("event", fields);
	leaves("stix", &w, "SECRET-HOST", 0);
	leaves("stix", &w, secret, 0);
	leaves("timesketch", &w, "seen", 1);
	snprintf(fields, sizeof fields, "title=seen+on+%s", secret); /* a text that names its label */
	set(event, fields);
	leaves("timesketch", &w, secret, 0);
}

static int keep_item(void *ctx, const json_t *item)
{
	return json_array_append(ctx, (json_t *)(uintptr_t)item);
}

/* The record as it leaves. */
static json_t *as_it_leaves(struct release *r, const char *label)
{
	json_t *record = record_get(the_case, label, 0, NULL);
	json_t *one = release_one(r, record);
	assert_non_null(one);
	json_decref(record);
	return one;
}

/* One reference or one of several, to a record that stays: it is taken out, and told. For our own use nothing is. */
static void only_references_to_what_leaves_leave(void **state)
{
	(void)state;
	static const struct release_wish internal = {.internal = 1};
	struct release_wish w = wish("AMBER");
	struct err err = ERR_INIT;
	add("party", "name=SECRET-PARTY tlp=RED");            /* R1-P2 */
	add("party", "name=Unit+one type=unit parent=R1-P2"); /* R1-P3 */
	add("party", "name=Unit+two type=unit parent=R1-P1"); /* R1-P4 */
	add("asset", "hostname=SECRET-HOST tlp=RED");
	add("asset", "hostname=PC-02");
	add("event", "title=seen side=attacker when=2026-11-23T10:00:00Z assets=R1-A1,R1-A2");
	struct release *r = release_open(the_case, &w, &err);
	assert_non_null(r);
	json_t *one = as_it_leaves(r, "R1-P3");
	json_t *two = as_it_leaves(r, "R1-P4");
	json_t *event = as_it_leaves(r, "R1-V1");
	assert_null(json_object_get(one, "parent"));
	assert_string_equal(json_string_value(json_object_get(two, "parent")), "R1-P1");
	assert_int_equal(json_array_size(json_object_get(event, "assets")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(event, "assets"), 0)), "R1-A2");
	json_t *loss = json_array();
	release_each_loss(r, keep_item, loss);
	size_t told = 0;
	size_t i;
	json_t *item;
	json_array_foreach(loss, i, item) {
		char *text = json_dumps(item, 0);
		told += strstr(text, "refers to a record that stays") &&
		        (strstr(text, "\"parent\"") || strstr(text, "\"assets\""));
		free(text);
	}
	assert_int_equal(told, 2);
	json_decref(loss);
	json_decref(event);
	json_decref(two);
	json_decref(one);
	release_close(r);
	r = release_open(the_case, &internal, &err);
	assert_non_null(r);
	one = as_it_leaves(r, "R1-P3");
	assert_string_equal(json_string_value(json_object_get(one, "parent")), "R1-P2");
	json_decref(one);
	release_close(r);
}

/* Ways around: the name of a record that stays, quoted by one that leaves. */
static void names_are_looked_for_in_the_finished_bytes(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("asset", "hostname=SECRET-HOST addresses=192.0.2.77 tlp=RED");
	add("indicator", "type=domain value=quiet.example"); /* nobody approved it */
	static const char *const titles[] = {
	    "seen+on+SECRET-HOST", "seen+on+secret-host",     "ＳＥＣＲＥＴ－ＨＯＳＴ",           "ping+192.0.2.77",
	    "192[.]0[.]2[.]77",    "https://quiet.example/a", "http://x.test/?u=quiet%2Eexample", "U0VDUkVULUhPU1Q=",
	    "sub.quiet.example",   "quiet[.]example"};
	const char *event = add("event", "title=x side=attacker when=2026-11-23T10:00:00Z");
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
		char fields[200];
		struct err err = ERR_INIT;
		snprintf(fields, sizeof fields, "title=%s", titles[i]);
		set(event, fields);
		char *bytes = export("timesketch", &w, &err);
		if (bytes)
			fail_msg("'%s' leaves", titles[i]);
		if (!strstr(err.message, "stands in R1-V1, 'What happened'"))
			fail_msg("'%s': %s", titles[i], err.message);
		/* an indicator has no pseudonym */
		assert_non_null(strstr(err.message, strstr(err.message, "R1-I1") ? "set R1-V1 tlp=RED" : "--redacted"));
		/* what a responder wants to hear first: whose leave is lacking */
		if (strstr(err.message, "R1-I1"))
			assert_non_null(strstr(err.message, "set R1-I1 shareable=approved"));
	}
	set(event, "title=seen+on+OTHER-HOST");
	leaves("timesketch", &w, "OTHER-HOST", 1);
}

/* What the format does not hold is not what the name came by, though it quotes it, too. */
static void what_does_not_leave_is_not_blamed(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("asset", "hostname=SECRET-HOST tlp=RED");
	add("event", "title=x side=attacker when=2026-11-23T10:00:00Z log_excerpt=from+SECRET-HOST");
	leaves("stix", &w, "SECRET-HOST", 0);
	add("event", "title=seen+on+SECRET-HOST side=attacker when=2026-11-23T10:00:00Z");
	refused(&w, ERR_FAILED, "stands in R1-V2, 'What happened'");
}

/* An organisation is known without its legal form too. */
static void a_name_is_a_name_without_its_legal_form(void **state)
{
	(void)state;
	struct release_wish w = wish("GREEN");
	add("party", "name=株式会社鎖工業 type=organisation");
	add("party", "name=Example+Works+Corporation type=organisation");
	const char *event = add("event", "title=x side=attacker when=2026-11-23T10:00:00Z tlp=GREEN");
	static const char *const titles[] = {"title=鎖工業の端末", "title=㈱鎖工業", "title=at+example+works",
	                                     "title=EXAMPLE+WORKS+Ltd"};
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
		struct err err = ERR_INIT;
		set(event, titles[i]);
		char *bytes = export("timesketch", &w, &err);
		if (bytes)
			fail_msg("'%s' leaves: %s", titles[i], bytes);
	}
}

/* Every form, and every field that may refer: nothing of what stays is in any of them. */
static void no_form_refers_to_what_stays(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int (*write)(struct release *r, const char *variant, struct buf *out, struct err *err);
		const char *variant;
	} forms[] = {{"stix", stix_write, NULL},       {"misp", misp_write, NULL},
	             {"case", case_uco_write, NULL},   {"attackflow", attackflow_write, NULL},
	             {"csv", timesketch_write, "csv"}, {"jsonl", timesketch_write, "jsonl"}};
	struct release_wish w = wish("AMBER");
	add("asset", "hostname=SECRET-HOST tlp=RED");
	add("party", "name=Hidden+Party type=organisation tlp=RED");
	add("indicator", "type=domain value=quiet.example tlp=RED");
	add("event", "title=hidden side=attacker tlp=RED when=2026-11-23T09:00:00Z");
	add("asset", "hostname=OPEN-HOST user=R1-P2 vendor=R1-P2");
	add("event",
	    "title=open side=attacker when=2026-11-23T10:00:00Z assets=R1-A1,R1-A2 parties=R1-P2 indicators=R1-I1");
	add("flow", "from=R1-A2 to=R1-A1 type=lateral event=R1-V1");
	add("flow", "from=R1-A1 to=R1-A2 type=lateral event=R1-V2");
	add("measure", "title=m on=R1-A1,R1-A2 owner=R1-P2 track=cause");
	add("note", "text=fine stance=fact on=R1-A1,R1-V1 told_by=R1-P2");
	add("evidence", "title=e on=R1-A1 collected_by=R1-P2");
	add("mail", "subject=s recipients=R1-P2 sent_from=R1-A1 when=2026-11-23");
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct err err = ERR_INIT;
		struct buf bytes = BUF_INIT;
		char label[LABEL_TEXT];
		struct release *r = release_open(the_case, &w, &err);
		if (!r || forms[i].write(r, forms[i].variant, &bytes, &err) < 0 ||
		    release_finish(r, forms[i].name, bytes.data, bytes.len, NULL, label, &err) < 0)
			fail_msg("%s: %s", forms[i].name, err.message);
		static const char *const parts[] = {"R1-A1",  "R1-P2",  "R1-I1", "R1-V1",
		                                    "SECRET", "Hidden", "quiet", "hidden"};
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			if (strstr(bytes.data, parts[k]))
				fail_msg("%s holds %s:\n%s", forms[i].name, parts[k], bytes.data);
		json_t *stays = record_get(the_case, "R1-A1", 0, NULL);
		assert_null(strstr(bytes.data, json_string_value(json_object_get(stays, "id"))));
		json_decref(stays);
		release_close(r);
		buf_release(&bytes);
	}
}

static void redacted_names_are_pseudonyms(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("asset", "hostname=HR-PC-03 addresses=10.1.2.3");
	add("party", "name=Victim+Works type=organisation");
	add("event", "title=HR-PC-03+of+Victim+Works+calls+out side=attacker when=2026-11-23T10:00:00Z assets=R1-A1");
	leaves("stix", &w, "HR-PC-03", 1);
	w.redacted = 1;
	leaves("stix", &w, "HR-PC-03", 0);
	leaves("stix", &w, "Victim Works", 0);
	leaves("stix", &w, "10.1.2.3", 0);
	leaves("stix", &w, "machine 1 of party", 1);
	leaves("stix", &w, "Partner CSIRT", 1); /* the recipient may know itself */
}

/* Ctrl-C at any place: no file, no half file, nothing on record. */
static int steps_left;

static int step_until(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	assert_non_null(what);
	assert_true(done <= total);
	return steps_left-- <= 0;
}

static void whoever_cancels_leaves_nothing_behind(void **state)
{
	(void)state;
	static const char *const forms[] = {"stix", "misp", "timesketch"};
	const struct progress progress = {step_until, NULL};
	add("asset", "hostname=HOST-1");
	add("event", "title=seen side=attacker when=2026-11-23T10:00:00Z assets=R1-A1");
	add("measure", "title=m track=cause");
	uint64_t before = commits();
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		int after = 0;
		for (;; after++) {
			struct err err = ERR_INIT;
			struct release_wish w = wish("AMBER");
			w.progress = &progress;
			steps_left = after;
			char *bytes = export(forms[i], &w, &err);
			if (bytes) {
				free(bytes);
				break;
			}
			assert_int_equal(err.code, ERR_CANCELLED);
			assert_true(commits() == before);
		}
		assert_true(after > 5);
		before = commits();
	}
}

/* The file's name leaves with it. */
static void the_name_of_the_file_is_searched_too(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("asset", "hostname=SECRET-HOST tlp=RED");
	static const char *const names[] = {"SECRET-HOST.json", "of-secret-host-1.json", "ＳＥＣＲＥＴ－ＨＯＳＴ.csv",
	                                    "U0VDUkVULUhPU1Q.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct err err = ERR_INIT;
		char *path = xasprintf("%s/%s", scratch, names[i]);
		struct release *r = release_open(the_case, &w, &err);
		assert_non_null(r);
		assert_int_equal(release_begin(r, path, &err), -1);
		assert_non_null(strstr(err.message, "hostname of R1-A1"));
		release_close(r);
		assert_int_equal(access(path, F_OK), -1);
		free(path);
	}
}

static void what_left_is_on_record(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	uint64_t before = commits();
	leaves("stix", &w, "bundle", 1);
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get("R1-W1", "to"), recipient);
	assert_string_equal(get("R1-W1", "approved_by"), decision);
	assert_string_equal(get("R1-W1", "tlp"), "AMBER");
	assert_int_equal(strlen(get("R1-W1", "sha256")), 64);
	struct err err = ERR_INIT;
	assert_int_equal(try_set("R1-W1", "records=0", 0, &err), -1); /* nobody changes what left */
	w = (struct release_wish){.internal = 1};
	add("asset", "hostname=SECRET-HOST tlp=RED");
	leaves("stix", &w, "SECRET-HOST", 1);
	assert_string_equal(get("R1-W2", "to"), "-");
}

static void what_is_left_out_is_told(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	uint64_t records;
	uint64_t left_out;
	add("indicator", "type=task value=updater shareable=approved");
	add("indicator", "type=domain value=a.example shareable=approved first_seen=2026-11");
	add("asset", "hostname=SECRET-HOST tlp=RED");
	struct release *r = release_open(the_case, &w, &err);
	assert_non_null(r);
	assert_int_equal(stix_write(r, NULL, &bytes, &err), 0);
	json_t *loss = json_array();
	release_each_loss(r, keep_item, loss);
	char *text = json_dumps(loss, 0);
	assert_non_null(strstr(text, "no pattern for this type"));
	assert_non_null(strstr(text, "never leave"));
	assert_non_null(strstr(text, "earliest bound"));
	release_counts(r, &records, &left_out);
	size_t told = 0;
	size_t i;
	json_t *item;
	json_array_foreach(loss, i, item)
		told += strcmp(json_string_value(json_object_get(item, "what")), "record") == 0;
	assert_int_equal(told, left_out);
	assert_int_equal(records + left_out, record_count(the_case, NULL, 0) - 1); /* all but the case itself */
	free(text);
	json_decref(loss);
	release_close(r);
	buf_release(&bytes);
}

/* The loss statement of STIX holds it, or not. */
static void assert_named(const struct release_wish *w, const char *part, int wanted)
{
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct release *r = release_open(the_case, w, &err);
	assert_non_null(r);
	assert_int_equal(stix_write(r, NULL, &bytes, &err), 0);
	json_t *loss = json_array();
	release_each_loss(r, keep_item, loss);
	char *text = json_dumps(loss, 0);
	assert_int_equal(strstr(text, part) != NULL, wanted);
	free(text);
	json_decref(loss);
	release_close(r);
	buf_release(&bytes);
}

static void a_time_of_no_known_zone_is_named(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	const char *label =
	    add("indicator", "type=domain value=a.example shareable=approved first_seen=2026-11-23T14:05:09Z");
	assert_named(&w, "no known zone", 0);
	set(label, "first_seen=2026-11-23T14:05:09");
	assert_named(&w, "no known zone", 1);
}

static void what_was_seen_last_is_not_before_the_first(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("indicator", "type=domain value=a.example shareable=approved first_seen=2026-11-15 last_seen=2026-11");
	leaves("misp", &w, "\"first_seen\":\"2026-11-15T00:00:00.000000+00:00\"", 1);
	leaves("misp", &w, "\"last_seen\":\"2026-11-30T23:59:59.999999+00:00\"", 1);
}

/* A quote in a value ends no text of a pattern: nothing of it becomes a comparison. */
static void a_value_stays_inside_its_pattern(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("indicator", "type=file_name value=a'+OR+b='c shareable=approved");
	leaves("stix", &w, "[file:name = 'a\\\\' OR b=\\\\'c']", 1);
}

static void no_cell_is_a_formula(void **state)
{
	(void)state;
	struct release_wish w = wish("AMBER");
	add("event", "title==cmd when=2026-11-23T14:05:09Z");
	add("event", "title=＝wide when=2026-11-23T14:05:09Z");
	add("event", "title=　=blank when=2026-11-23T14:05:09Z");
	leaves("timesketch", &w, "\"'=cmd\"", 1);
	leaves("timesketch", &w, "\"'＝wide\"", 1);
	leaves("timesketch", &w, "\"'　=blank\"", 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, case_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_preview_counts_as_the_gate_does),
	    TEST(nothing_leaves_unless_somebody_allowed_it),
	    TEST(a_retracted_approval_is_none),
	    TEST(a_proposal_replaces_nothing),
	    TEST(labels_are_kept),
	    TEST(references_to_what_stays_are_taken_out),
	    TEST(only_references_to_what_leaves_leave),
	    TEST(names_are_looked_for_in_the_finished_bytes),
	    TEST(a_name_is_a_name_without_its_legal_form),
	    TEST(no_form_refers_to_what_stays),
	    TEST(what_does_not_leave_is_not_blamed),
	    TEST(redacted_names_are_pseudonyms),
	    TEST(whoever_cancels_leaves_nothing_behind),
	    TEST(the_name_of_the_file_is_searched_too),
	    TEST(what_left_is_on_record),
	    TEST(what_is_left_out_is_told),
	    TEST(a_time_of_no_known_zone_is_named),
	    TEST(what_was_seen_last_is_not_before_the_first),
	    TEST(a_value_stays_inside_its_pattern),
	    TEST(no_cell_is_a_formula),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
