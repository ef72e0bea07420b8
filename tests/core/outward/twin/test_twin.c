/* The twin: what it proves, and what it tells. The independent check is tests/test_exchange.sh's, in Python. */
#include "core/case/help_case.h"
#include "outward/twin/twin.h"
#include "outward/twin/twin_private.h"

#include "base/json.h"
#include "case/action/action.h"
#include "case/kind/conflict.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[128];
static char label[LABEL_TEXT];

/* A record as a newer genba wrote it. */
static void insert(const char *kind, const char *name, const char *field, const char *value)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(the_case, "add", &err);
	json_t *object =
	    json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s}", "kind", kind, "label", name, "author", "R1", "entered",
	              "2026-01-01T00:00:00+00:00", "modified", "2026-01-01T00:00:00+00:00", "tlp", "GREEN", "id",
	              strcmp(kind, "asset") == 0 ? "50000000-0000-4000-8000-000000000000"
	                                         : "60000000-0000-4000-8000-000000000000",
	              field, value);
	if (!a || action_insert(a, object, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	json_decref(object);
}

static void make(void)
{
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct twin_made twin;
	struct release_wish w = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1", .redacted = 1};
	struct release *r = release_open(the_case, &w, &err);
	if (!r || twin_write(r, &bytes, &twin, &err) < 0)
		fail_msg("%s", err.message);
	release_keep_secret(r, twin.key);
	if (release_finish(r, "twin", bytes.data, bytes.len, path, label, &err) < 0)
		fail_msg("%s", err.message);
	release_close(r);
	buf_release(&bytes);
}

static int setup(void **state)
{
	case_setup(state);
	snprintf(path, sizeof path, "%s/twin.json", scratch);
	add("party", "name=Partner type=organisation");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	add("asset", "hostname=HR-PC-03 status=infected tlp=GREEN");
	add("event", "title=Seen+on+HR-PC-03 side=attacker tlp=GREEN assets=R1-A1 when=2025-11-19");
	add("indicator", "type=domain value=hidden.example tlp=GREEN");
	insert("drone", "R1-DR1", "codename", "night-heron");
	insert("asset", "R1-A7", "bitlocker_key", "night-heron");
	make();
	return 0;
}

static int check(const char *file, const json_t *handed, struct twin_checked *checked, struct err *err)
{
	int fd = open(file, O_RDONLY);
	assert_true(fd >= 0);
	int rc = twin_check(fd, handed, NULL, checked, err);
	close(fd);
	return rc;
}

static void it_is_true_and_tells_no_names(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct twin_checked checked;
	struct buf text = BUF_INIT;
	if (check(path, NULL, &checked, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(checked.leaves > 40);
	assert_true(checked.disclosed > 5);
	if (twin_against(the_case, &checked, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(buf_read_file(&text, path, 1 << 20, &err), 0);
	assert_null(strstr(text.data, "HR-PC-03"));
	assert_null(strstr(text.data, "hidden.example"));
	assert_null(strstr(text.data, "R1-A1"));
	assert_null(strstr(text.data, "night-heron")); /* no more do a kind or a field that this genba does not know */
	assert_non_null(strstr(text.data, "\"codename\":{\"digest\""));
	assert_non_null(strstr(text.data, "\"bitlocker_key\":{\"digest\""));
	assert_non_null(strstr(text.data, "2025-11-19")); /* what may leave is told */
	buf_release(&text);
	/* the case goes on, and the state of that time still gives the root */
	set("R1-A1", "status=clean");
	if (twin_against(the_case, &checked, &err) < 0)
		fail_msg("%s", err.message);
}

/* Any byte of the records, the root, the key or the signature. */
static void what_was_altered_is_found(void **state)
{
	(void)state;
	static const struct {
		const char *what, *with;
	} changes[] = {{"2025-11-19", "2025-11-18"},
	               {"\"root\":\"", "\"root\":\"0"},
	               {"\"status\"", "\"statuz\""},
	               {"\"salt\":\"", "\"salt\":\"f"},
	               {"ssh-ed25519 AAAA", "ssh-ed25519 AAAB"},
	               {"\"time\":\"2", "\"time\":\"1"},
	               {"\"commit\":\"", "\"commit\":\"0"}};
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	assert_int_equal(buf_read_file(&text, path, 1 << 20, &err), 0);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		char *other = xasprintf("%s/other-%zu", scratch, i);
		const char *at = strstr(text.data, changes[i].what);
		assert_non_null(at);
		struct buf altered = BUF_INIT;
		size_t before = (size_t)(at - text.data);
		size_t n = strlen(changes[i].what);
		size_t more = strlen(changes[i].with);
		buf_add(&altered, text.data, before);
		buf_add(&altered, changes[i].with, more);
		buf_adds(&altered, at + n + (more > n ? more - n : 0)); /* as long as it was */
		char *last = &altered.data[before + more - 1];
		if (strcmp(altered.data, text.data) == 0) /* that digit stood there already */
			*last = *last == '0' ? '1' : '0';
		int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, altered.data, altered.len), (ssize_t)altered.len);
		close(fd);
		struct err found = ERR_INIT;
		struct twin_checked checked;
		if (check(other, NULL, &checked, &found) == 0)
			fail_msg("'%s' instead of '%s' is not found", changes[i].with, changes[i].what);
		buf_release(&altered);
		free(other);
	}
	buf_release(&text);
}

/* Whoever signs it might promise two values of one field, and hand over the one that suits. */
static void a_record_stands_in_it_once(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct twin_checked checked;
	struct buf text = BUF_INIT;
	struct buf twice = BUF_INIT;
	char *other = xasprintf("%s/twice", scratch);
	assert_int_equal(buf_read_file(&text, path, 1 << 20, &err), 0);
	const char *one = strstr(text.data, "\n{\"id\":");
	assert_non_null(one);
	const char *next = strstr(one, ",\n{\"id\":");
	assert_non_null(next);
	buf_add(&twice, text.data, (size_t)(next + 1 - text.data));
	buf_adds(&twice, one);
	int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, twice.data, twice.len), (ssize_t)twice.len);
	close(fd);
	assert_int_equal(check(other, NULL, &checked, &err), -1);
	assert_non_null(strstr(err.message, "a record stands in it twice"));
	free(other);
	buf_release(&twice);
	buf_release(&text);
}

static void a_field_is_handed_over_later(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct twin_checked checked;
	json_t *field = twin_disclose(the_case, label, "R1-A1", "hostname", &err);
	if (!field)
		fail_msg("%s", err.message);
	assert_string_equal(json_get_string(field, "value"), "\"HR-PC-03\"");
	json_t *handed = json_pack("[O]", field);
	if (check(path, handed, &checked, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(checked.proven, 1);
	json_object_set_new(field, "value", json_string("\"HR-PC-04\""));
	assert_int_equal(check(path, handed, &checked, &err), -1);
	assert_int_equal(err_status(&err), 4);
	json_decref(handed);
	json_decref(field);
	struct err none = ERR_INIT;
	assert_null(twin_disclose(the_case, label, "R1-A1", "os", &none));
	assert_int_equal(none.code, ERR_NOT_FOUND);
	struct err other = ERR_INIT;
	assert_null(twin_disclose(the_case, "R1-A1", "R1-A1", "os", &other));
}

/* Two copies say otherwise of which system R1-A7 runs. */
static void dispute(void)
{
	static const char asset[] = "50000000-0000-4000-8000-000000000000";
	static const char when[] = "2026-01-01T00:00:00+00:00";
	struct err err = ERR_INIT;
	char id[37];
	char name[16];
	json_t *one = json_string("linux");
	json_t *other = json_string("windows");
	struct action *a = action_begin(the_case, "merge", &err);
	conflict_id(asset, "os", one, other, id);
	snprintf(name, sizeof name, "X-%.8s", id);
	json_t *object = json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s s:o s:o}", "id", id, "kind", "conflict", "label",
	                           name, "author", CONFLICT_AUTHOR, "entered", when, "modified", when, "record", asset,
	                           "field", "os", "one", one, "other", other);
	if (!a || action_insert(a, object, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	json_decref(object);
}

/* The root that the twin would have if what is disputed of R1-A7 were a leaf too. */
static void root_with_disputes(char hex[2 * TWIN_HASH + 1])
{
	static const char asset[] = "50000000-0000-4000-8000-000000000000";
	struct err err = ERR_INIT;
	struct twin_leaves leaves = {.count = 0};
	unsigned char key[TWIN_HASH];
	unsigned char salt[TWIN_HASH];
	unsigned char leaf[TWIN_HASH];
	struct buf text = BUF_INIT;
	size_t i;
	json_t *record;
	const char *name;
	json_t *field;
	assert_int_equal(buf_read_file(&text, path, 1 << 20, &err), 0);
	json_t *twin = json_parse(text.data, text.len, &err);
	json_array_foreach(json_object_get(twin, "records"), i, record)
		json_object_foreach(json_object_get(record, "fields"), name, field) {
			const char *value = json_get_string(field, "value");
			const char *bytes = json_get_string(field, value ? "salt" : "digest");
			sodium_hex2bin(leaf, sizeof leaf, bytes, strlen(bytes), NULL, NULL, NULL);
			if (value) {
				memcpy(salt, leaf, sizeof salt);
				twin_leaf(salt, json_get_string(record, "id"), name, value, leaf);
			}
			twin_leaves_add(&leaves, leaf);
		}
	json_t *release = record_get(the_case, label, RECORD_REVEAL, &err);
	const char *secret = json_get_string(release, "twin_key");
	sodium_hex2bin(key, sizeof key, secret, strlen(secret), NULL, NULL, NULL);
	twin_salt(key, asset, "disputed_values", salt);
	twin_leaf(salt, asset, "disputed_values", "{\"os\":[\"linux\",\"windows\"]}", leaf);
	twin_leaves_add(&leaves, leaf);
	twin_root(&leaves, leaf);
	sodium_bin2hex(hex, 2 * TWIN_HASH + 1, leaf, sizeof leaf);
	json_decref(release);
	json_decref(twin);
	twin_leaves_release(&leaves);
	buf_release(&text);
}

/* An earlier genba made a leaf of what two copies say of a field: its twins are not called altered. */
static void a_twin_with_leaves_of_disputes_is_of_its_case(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct twin_checked checked;
	dispute();
	assert_int_equal(unlink(path), 0);
	make();
	assert_int_equal(check(path, NULL, &checked, &err), 0);
	if (twin_against(the_case, &checked, &err) < 0)
		fail_msg("%s", err.message);
	root_with_disputes(checked.root);
	if (twin_against(the_case, &checked, &err) < 0)
		fail_msg("%s", err.message);
	checked.root[0] = checked.root[0] == '0' ? '1' : '0';
	assert_int_equal(twin_against(the_case, &checked, &err), -1);
	assert_int_equal(err_status(&err), 4);
}

static void what_is_no_twin_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "{}",
	                                    "[]",
	                                    "{\"records\":[{}]}",
	                                    "{\"records\":[{\"id\":\"x\",\"fields\":{\"a\":{\"salt\":\"00\"}}}]}",
	                                    "{\"format\":\"genba-twin 2\"}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct err err = ERR_INIT;
		struct twin_checked checked;
		char *other = xasprintf("%s/none-%zu", scratch, i);
		int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, texts[i], strlen(texts[i])), (ssize_t)strlen(texts[i]));
		close(fd);
		assert_int_equal(check(other, NULL, &checked, &err), -1);
		free(other);
	}
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&twin_job, NULL};
	worker_main(argc, argv, jobs);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(it_is_true_and_tells_no_names), TEST(what_was_altered_is_found),
	    TEST(a_field_is_handed_over_later),  TEST(a_twin_with_leaves_of_disputes_is_of_its_case),
	    TEST(what_is_no_twin_is_refused),    TEST(a_record_stands_in_it_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
