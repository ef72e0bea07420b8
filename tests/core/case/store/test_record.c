/* Records: added, changed, retracted, listed, linked; one commit for each action, none for an error. */
#include "case/case.h"
#include "help_case.h"

#include "base/time/clock.h"
#include "case/store/record_summary.h"
#include "case/store/value.h"
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_record_is_added_and_read(void **state)
{
	(void)state;
	uint64_t before = commits();
	assert_string_equal(add("asset", "hostname=HR-PC-03 status=感染 tags=b,a,b addresses=10.0.0.1"), "R1-A1");
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get("R1-A1", "hostname"), "HR-PC-03");
	assert_string_equal(get("R1-A1", "status"), "infected");
	assert_string_equal(get("R1-A1", "tags"), "a,b");              /* a set: sorted, each once */
	assert_string_equal(get("R1-A1", "containment"), "connected"); /* the default of the table */
	assert_string_equal(get("R1-A1", "power"), "-");               /* unknown stays unset */
	assert_string_equal(get("R1-A1", "author"), "R1");
	assert_string_equal(get("r1-a1", "label"), "R1-A1");
	assert_string_equal(add("asset", "hostname=x"), "R1-A2");
	assert_string_equal(add("note", "text=seen"), "R1-N1");
	case_again();
	assert_string_equal(get("R1-A1", "tags"), "a,b");
	assert_string_equal(add("asset", "hostname=y"), "R1-A3");
}

static void a_record_is_changed(void **state)
{
	(void)state;
	add("asset", "hostname=x tags=a,b");
	uint64_t before = commits();
	set("R1-A1", "status=suspected tags=+c,-a os=Debian+12");
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get("R1-A1", "tags"), "b,c");
	assert_string_equal(get("R1-A1", "os"), "Debian 12");
	set("R1-A1", "status=suspected"); /* nothing changes: no commit */
	assert_int_equal(commits(), before + 1);
	set("R1-A1", "os= tags=");
	assert_string_equal(get("R1-A1", "os"), "-");
	assert_string_equal(get("R1-A1", "tags"), "-");
}

static void assert_refused(int rc, const struct err *err, uint64_t before, const char *part, const char *other)
{
	assert_int_equal(rc, -1);
	if (!strstr(err->message, part) || !strstr(err->message, other))
		fail_msg("'%s' lacks '%s' or '%s'", err->message, part, other);
	assert_int_equal(commits(), before);
}

static void mistakes_name_the_field_and_change_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *kind;
		const char *fields;
		const char *part;
		const char *other;
	} wrong[] = {
	    {"thing", "a=b", "there is no kind 'thing'", "asset"},
	    {"asset", "hostname=x colour=red", "asset has no field 'colour'", "`genba help asset`"},
	    {"asset", "hostname=x statsu=infected", "'statsu'; nearest: status. ", "`genba help asset`"},
	    {"asset", "hostname=x contanment=x", "nearest: containment", ""},
	    {"asset", "hostname=x owner=x", "nearest: department", ""},
	    {"asset", "hostname=x isolation_reason=x", "nearest: isolation_requested, isolation_done, isolation_method",
	     ""},
	    {"asset", "hostname=x status=infectd",
	     "status: 'infectd' is not allowed; nearest: infected. Allowed: ", "unchecked, suspected, infected"},
	    {"asset", "hostname=x preserved=disk,memroy", "preserved: 'memroy' is not allowed; nearest: memory. ", ""},
	    {"asset", "hostname=x status=ill", "status: 'ill' is not allowed", "unchecked, suspected, infected"},
	    {"asset", "hostname=x is_exit=perhaps", "is_exit: 'perhaps' is not allowed", "yes, no, unknown"},
	    {"asset", "hostname=x preserved=disk,soul", "preserved: 'soul' is not allowed", "memory"},
	    {"asset", "hostname=x checked_at=2014-02-30", "checked_at: '2014-02-30' is not a time", "allowed"},
	    {"asset", "hostname=x clock_offset=fast", "clock_offset: 'fast' is not a duration", "PT3M20S"},
	    {"asset", "hostname=x site=R1-Z9", "site: there is no record 'R1-Z9'", "label"},
	    {"asset", "hostname=x site=Nowhere", "site: there is no record 'Nowhere'", "label"},
	    {"asset", "hostname=x retracted=2014", "retracted: this field is written by genba only", ""},
	    {"asset", "status=infected", "hostname", ""},
	    {"site", "name=x terminals=many", "terminals: 'many' is not a whole number", ""},
	    {"site", "name=x terminals=99999999999999999999", "terminals:", "whole number"},
	    {"event", "title=x when=now side=attacker data_amount=huge", "data_amount: 'huge' is not a size", "1.5GiB"},
	    {"evidence", "title=x tool_hash=xyz", "tool_hash: 'xyz' is not a digest", "SHA-256"},
	    {"evidence", "title=x tool_hash=md5:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	     "tool_hash:", "MD5"},
	    {"evidence", "title=x tool_hash=evil:d41d8cd98f00b204e9800998ecf8427e", "tool_hash:", "SHA-256"},
	    {"evidence", "title=x sha256=d41d8cd98f00b204e9800998ecf8427e",
	     "sha256: this field is written by genba only", ""},
	    {"responder", "name=x", "made by genba only", "responder"},
	    {"case", "title=x", "made by genba only", "case"},
	};
	uint64_t before = commits();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = ERR_INIT;
		int rc = try_add(wrong[i].kind, wrong[i].fields, 0, &err);
		assert_refused(rc, &err, before, wrong[i].part, wrong[i].other);
		assert_int_equal(err.code, ERR_USAGE);
	}
	assert_int_equal(record_count(the_case, "asset", 0), 0);
	add("asset", "hostname=x");
	add("note", "text=n");
	before = commits();
	struct err err = ERR_INIT;
	assert_refused(try_set("R1-A1", "os=Debian status=ill", 0, &err), &err, before, "status: 'ill'", "suspected");
	assert_string_equal(get("R1-A1", "os"), "-"); /* not even the good half */
	err_clear(&err);
	assert_refused(try_set("R1-A1", "hostname=", 0, &err), &err, before, "hostname", "");
	err_clear(&err);
	assert_refused(try_set("R1-A9", "os=x", 0, &err), &err, before, "there is no record 'R1-A9'", "");
	assert_int_equal(err.code, ERR_NOT_FOUND);
	err_clear(&err);
	assert_refused(try_add("asset", "hostname=y site=R1-N1", 0, &err), &err, before,
	               "site: R1-N1 is a record of the kind note", "site");
}

static void values_are_stored_in_one_form(void **state)
{
	(void)state;
	add("evidence", "title=x tool_hash=SHA256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
	assert_string_equal(get("R1-E1", "tool_hash"),
	                    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	set("R1-E1", "tool_hash=D41D8CD98F00B204E9800998ECF8427E");
	assert_string_equal(get("R1-E1", "tool_hash"), "d41d8cd98f00b204e9800998ecf8427e");
	add("event", "title=x when=2014-12 side=attacker data_amount=1.5KiB persons=12");
	assert_string_equal(get("R1-V1", "data_amount"), "1536");
	assert_string_equal(get("R1-V1", "persons"), "12");
	add("asset", "hostname=a\xff\x1b[2J clock_offset=PT200S is_exit=はい");
	assert_string_equal(get("R1-A1", "hostname"),
	                    "a\\xff\x1b[2J"); /* the byte can be read back, and the record is JSON */
	assert_string_equal(get("R1-A1", "clock_offset"), "PT3M20S");
	assert_string_equal(get("R1-A1", "is_exit"), "yes");
	json_t *record = record_get(the_case, "R1-A1", 0, NULL);
	char *title = record_title(record);
	assert_string_equal(title, "a\\xff\\x1b[2J");
	free(title);
	json_decref(record);
}

static void parties_are_made_as_they_are_named(void **state)
{
	(void)state;
	uint64_t before = commits();
	add("asset", "hostname=x user=Organisation+A admin=Organisation+A");
	assert_int_equal(commits(), before + 1); /* one action, one commit */
	assert_string_equal(get("R1-A1", "user"), "R1-P1");
	assert_string_equal(get("R1-A1", "admin"), "R1-P1");
	assert_string_equal(get("R1-P1", "name"), "Organisation A");
	add("asset", "hostname=y user=Organisation+A");
	assert_int_equal(record_count(the_case, "party", 0), 1);
	struct err err = ERR_INIT;
	assert_int_equal(try_add("asset", "hostname=z user=Organisation+B", RECORD_NO_PARTY, &err), -1);
	assert_non_null(strstr(err.message, "user: there is no record 'Organisation B'"));
	add("party", "name=Organisation+A type=organisation"); /* two of one name: which? */
	err_clear(&err);
	assert_int_equal(try_add("asset", "hostname=z user=Organisation+A", 0, &err), -1);
	assert_non_null(strstr(err.message, "several records are called 'Organisation A'"));
	/* an action that fails leaves no party behind */
	err_clear(&err);
	assert_int_equal(try_add("asset", "hostname=z user=Organisation+C status=ill", 0, &err), -1);
	assert_int_equal(record_count(the_case, "party", 0), 2);
	add("evidence", "title=e on=y"); /* other kinds are found by name too */
	assert_string_equal(get("R1-E1", "on"), "R1-A2");
}

static int note_label(void *ctx, json_t *record)
{
	buf_addf(ctx, "%s ", record_label(record));
	return 0;
}

static int note_link(void *ctx, json_t *record, const char *field)
{
	buf_addf(ctx, "%s.%s ", record_label(record), field);
	return 0;
}

static void records_are_withdrawn_not_deleted(void **state)
{
	(void)state;
	add("asset", "hostname=x");
	add("asset", "hostname=y");
	struct err err = ERR_INIT;
	assert_int_equal(record_retract(the_case, "R1-A1", "", &err), -1);
	assert_non_null(strstr(err.message, "needs a reason"));
	err_clear(&err);
	assert_int_equal(record_retract(the_case, "case", "x", &err), -1);
	err_clear(&err);
	assert_int_equal(record_retract(the_case, "R1-A1", "typed twice", &err), 0);
	assert_string_equal(get("R1-A1", "retract_reason"), "typed twice");
	struct buf list = BUF_INIT;
	assert_int_equal(record_each(the_case, "asset", 0, note_label, &list, NULL), 0);
	assert_string_equal(list.data, "R1-A2 ");
	buf_clear(&list);
	record_each(the_case, "asset", RECORD_WITH_RETRACTED, note_label, &list, NULL);
	assert_string_equal(list.data, "R1-A1 R1-A2 ");
	assert_int_equal(record_count(the_case, "asset", 0), 1);
	assert_int_equal(record_retract(the_case, "R1-A1", "again", &err), -1);
	err_clear(&err);
	assert_int_equal(try_set("R1-A1", "os=x", 0, &err), -1);
	assert_non_null(strstr(err.message, "was retracted"));
	assert_string_equal(add("asset", "hostname=z"), "R1-A3"); /* a label is never given twice */
	buf_release(&list);
}

static void references_are_followed_both_ways(void **state)
{
	(void)state;
	add("asset", "hostname=x");
	add("evidence", "title=e on=R1-A1");
	add("event", "title=v when=2014 side=attacker assets=R1-A1");
	struct buf list = BUF_INIT;
	assert_int_equal(record_each_referring(the_case, "R1-A1", note_link, &list, NULL), 0);
	assert_string_equal(list.data, "R1-E1.on R1-V1.assets ");
	buf_clear(&list);
	assert_int_equal(record_each_referring_by(the_case, "R1-A1", "assets", note_link, &list, NULL), 0);
	assert_string_equal(list.data, "R1-V1.assets ");
	buf_clear(&list);
	assert_int_equal(record_each_referring_by(the_case, "R1-A1", "items", note_link, &list, NULL), 0);
	assert_string_equal(list.data, "");
	set("R1-E1", "on=");
	buf_clear(&list);
	record_each_referring(the_case, "R1-A1", note_link, &list, NULL);
	assert_string_equal(list.data, "R1-V1.assets ");
	buf_release(&list);
}

static void secrets_and_long_texts_stay_out_of_git(void **state)
{
	(void)state;
	add("asset", "hostname=x recovery_key=SECRET-482910-KEY prior_actions=LONG-77120-TEXT");
	assert_string_equal(get("R1-A1", "recovery_key"), "••••••••");
	assert_string_equal(get("R1-A1", "prior_actions"), "LONG-77120-TEXT");
	json_t *clear = record_get(the_case, "R1-A1", RECORD_REVEAL, NULL);
	assert_string_equal(json_string_value(json_object_get(clear, "recovery_key")), "SECRET-482910-KEY");
	json_decref(clear);
	json_t *raw = record_get(the_case, "R1-A1", RECORD_RAW, NULL);
	assert_int_equal(strncmp(json_string_value(json_object_get(raw, "recovery_key")), "secret:sha256:", 14), 0);
	assert_int_equal(strncmp(json_string_value(json_object_get(raw, "prior_actions")), "text:sha256:", 12), 0);
	json_decref(raw);
	/* the same secret twice has two digests: the salt differs */
	add("asset", "hostname=y recovery_key=SECRET-482910-KEY");
	json_t *a = record_get(the_case, "R1-A1", RECORD_RAW, NULL);
	json_t *b = record_get(the_case, "R1-A2", RECORD_RAW, NULL);
	assert_string_not_equal(json_string_value(json_object_get(a, "recovery_key")),
	                        json_string_value(json_object_get(b, "recovery_key")));
	json_decref(a);
	json_decref(b);
	/* neither in the export nor, in clear, anywhere in the case file and its journal */
	char *folder = xasprintf("%s/out.git", scratch);
	struct err err = ERR_INIT;
	if (history_export(case_history(the_case), folder, NULL, &err) < 0)
		fail_msg("%s", err.message);
	char *command = xasprintf(
	    "cd '%s' && git rev-list --objects --all | cut -d' ' -f1 | git cat-file --batch > ../all", folder);
	assert_int_equal(system(command), 0);
	assert_true(scratch_holds("\"hostname\": \"x\"")); /* the export does hold the record */
	assert_false(scratch_holds("SECRET-482910-KEY"));
	assert_false(scratch_holds("LONG-77120-TEXT"));
	free(command);
	free(folder);
}

static void several_changes_are_one_action(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	uint64_t before = commits();
	struct action *a = action_begin(the_case, "step", &err);
	assert_non_null(a);
	assert_null(action_begin(the_case, "step", NULL)); /* one at a time */
	char label[LABEL_TEXT];
	struct assign host = {"hostname", "x"};
	struct assign more = {"os", "Debian"};
	assert_int_equal(action_add(a, "asset", &host, 1, 0, label, &err), 0);
	assert_int_equal(action_set(a, label, &more, 1, 0, &err), 0);
	assert_int_equal(action_commit(a, &err), 0);
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get("R1-A1", "os"), "Debian");
	a = action_begin(the_case, "step", &err);
	assert_int_equal(action_add(a, "asset", &host, 1, 0, label, &err), 0);
	more.name = "colour";
	struct err why = ERR_INIT;
	assert_int_equal(action_set(a, label, &more, 1, 0, &why), -1);
	assert_int_equal(action_commit(a, &err), -1); /* the error of the part is that of the whole */
	assert_non_null(strstr(err.message, "colour"));
	assert_int_equal(record_count(the_case, "asset", 0), 1);
	assert_int_equal(commits(), before + 1);
	err_clear(&err);
	a = action_begin(the_case, "step", &err);
	action_add(a, "asset", &host, 1, 0, label, &err);
	action_cancel(a);
	assert_int_equal(record_count(the_case, "asset", 0), 1);
	assert_string_equal(add("asset", "hostname=z"), "R1-A2");
}

static int add_tally(void *ctx, const struct record_summary *group)
{
	buf_addf(ctx, "%s/%s/%s:%d ", group->status ? group->status : "-", group->facet ? group->facet : "-",
	         group->basis ? group->basis : "-", (int)group->count);
	return 0;
}

static void records_are_counted_by_how_they_stand(void **state)
{
	(void)state;
	add("asset", "hostname=x status=infected");
	add("asset", "hostname=y status=infected containment=isolated");
	add("asset", "hostname=z status=infected");
	add("check", "on=R1-A3 method=triage when=2014-12 by=Somebody result=not_found limits=none");
	set("R1-A3", "status=clean checked_by=R1-K1");
	struct buf list = BUF_INIT;
	assert_int_equal(record_summary_each(the_case, "asset", add_tally, &list, NULL), 0);
	assert_string_equal(list.data, "clean/connected/R1-K1:1 infected/connected/-:1 infected/isolated/-:1 ");
	assert_int_equal(record_retract(the_case, "R1-A1", "x", NULL), 0);
	buf_clear(&list);
	record_summary_each(the_case, "asset", add_tally, &list, NULL);
	assert_string_equal(list.data, "clean/connected/R1-K1:1 infected/isolated/-:1 ");
	buf_clear(&list);
	assert_int_equal(record_summary_pick(the_case, "asset", "status = 'infected' OR status = 'clean'", -1,
	                                     note_label, &list, NULL),
	                 0);
	assert_string_equal(list.data, "R1-A3 ");
	buf_release(&list);
}

static void a_case_that_is_read_only_says_so(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/site.genba", scratch);
	struct case_unlock unlock = {responder, NULL};
	add("asset", "hostname=x");
	assert_int_equal(case_close(the_case, NULL), 0);
	the_case = case_open(path, &unlock, CASE_READ_ONLY, &err);
	assert_non_null(the_case);
	assert_int_equal(try_add("asset", "hostname=y", 0, &err), -1);
	assert_non_null(strstr(err.message, "reading only"));
	assert_string_equal(get("R1-A1", "hostname"), "x");
	free(path);
}

/* A hostile row says one kind, and its record another: a field that this kind has not is shown as not known. */
static void a_field_that_the_kind_has_not_is_unknown(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	json_t *record = json_pack("{s:s, s:s}", "kind", "note", "containment", "isolated");
	record_field_text(record, kind_field(record_kind(record), "containment"), &text);
	assert_string_equal(text.data, "unknown");
	json_decref(record);
	buf_release(&text);
}

/* A name may hold a comma: in quotes it is one, and where it is on record it is known without. */
static void a_name_with_a_comma_stays_one(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign one[] = {
	    {"title", "x"}, {"choice", "y"}, {"reason", "z"}, {"when", "2026-11-01"}, {"by", "\"Acme, Inc.\",Beta"}};
	if (record_add(the_case, "decision", one, 5, 0, label, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(get(label, "by"), "R1-P1,R1-P2");
	assert_string_equal(get("R1-P1", "name"), "Acme, Inc.");
	struct assign again[] = {{"title", "y"},
	                         {"choice", "y"},
	                         {"reason", "z"},
	                         {"when", "2026-11-01"},
	                         {"by", "Beta, Acme, Inc., Gamma"}};
	assert_int_equal(record_add(the_case, "decision", again, 5, 0, label, &err), 0);
	assert_string_equal(get(label, "by"), "R1-P1,R1-P2,R1-P3");
	assert_string_equal(get("R1-P3", "name"), "Gamma");
	struct assign tags[] = {{"tags", "\"say \"\"a, b\"\"\", c"}};
	assert_int_equal(record_set(the_case, label, tags, 1, 0, &err), 0);
	assert_string_equal(get(label, "tags"), "c,say \"a, b\"");
	struct buf list = BUF_INIT;
	value_add_member(&list, ", ", "say \"a, b\"");
	value_add_member(&list, ", ", "c");
	assert_string_equal(list.data, "\"say \"\"a, b\"\"\", c");
	buf_release(&list);
}

int main(void)
{
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    CASE_TEST(a_record_is_added_and_read),
	    CASE_TEST(a_record_is_changed),
	    CASE_TEST(a_name_with_a_comma_stays_one),
	    cmocka_unit_test(a_field_that_the_kind_has_not_is_unknown),
	    CASE_TEST(mistakes_name_the_field_and_change_nothing),
	    CASE_TEST(values_are_stored_in_one_form),
	    CASE_TEST(parties_are_made_as_they_are_named),
	    CASE_TEST(records_are_withdrawn_not_deleted),
	    CASE_TEST(references_are_followed_both_ways),
	    CASE_TEST(secrets_and_long_texts_stay_out_of_git),
	    CASE_TEST(several_changes_are_one_action),
	    CASE_TEST(records_are_counted_by_how_they_stand),
	    CASE_TEST(a_case_that_is_read_only_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
