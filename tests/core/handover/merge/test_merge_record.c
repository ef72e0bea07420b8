/* Merging two versions of a record: what each side changed, sets, clashes; and that the sides may be exchanged. */
#include "handover/merge/merge_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	int count;
	char text[512]; /* "field:one|other;" */
};

static void note_clash(void *ctx, const struct merge_clash *clash)
{
	struct seen *seen = ctx;
	char *one = clash->one ? json_dumps(clash->one, JSON_ENCODE_ANY) : strdup("-");
	char *other = clash->other ? json_dumps(clash->other, JSON_ENCODE_ANY) : strdup("-");
	size_t n = strlen(seen->text);
	snprintf(seen->text + n, sizeof seen->text - n, "%s:%s|%s;", clash->field, one, other);
	seen->count++;
	free(one);
	free(other);
}

static json_t *parse(const char *text)
{
	json_t *value = text ? json_loads(text, 0, NULL) : NULL;
	assert_true(!text || value);
	return value;
}

/* Merges both ways round; both must give the same, and `wanted`. */
static void check(const char *base, const char *a, const char *b, const char *wanted, const char *clashes)
{
	json_t *o = parse(base);
	json_t *x = parse(a);
	json_t *y = parse(b);
	json_t *want = parse(wanted);
	struct seen one = {0, ""};
	struct seen two = {0, ""};
	json_t *ab = merge_record(o, x, y, note_clash, &one);
	json_t *ba = merge_record(o, y, x, note_clash, &two);
	char *text = json_dumps(ab, JSON_SORT_KEYS);
	if (!json_equal(ab, want))
		print_error("got %s\n", text);
	assert_true(json_equal(ab, want));
	assert_true(json_equal(ab, ba));
	assert_string_equal(one.text, clashes);
	assert_string_equal(two.text, clashes);
	free(text);
	json_decref(o);
	json_decref(x);
	json_decref(y);
	json_decref(want);
	json_decref(ab);
	json_decref(ba);
}

#define ASSET "\"kind\":\"asset\",\"label\":\"R1-A1\","

static void test_one_side(void **state)
{
	(void)state;
	check("{" ASSET "\"status\":\"unchecked\",\"os\":\"a\"}", "{" ASSET "\"status\":\"infected\",\"os\":\"a\"}",
	      "{" ASSET "\"status\":\"unchecked\",\"os\":\"b\"}", "{" ASSET "\"status\":\"infected\",\"os\":\"b\"}",
	      "");
	check("{" ASSET "\"os\":\"a\"}", "{" ASSET "\"os\":\"a\"}", "{" ASSET "\"model\":\"m\"}",
	      "{" ASSET "\"model\":\"m\"}", "");
}

static void test_clash(void **state)
{
	(void)state;
	check("{" ASSET "\"status\":\"unchecked\",\"modified\":\"2026-11-23T10:00:00+09:00\"}",
	      "{" ASSET "\"status\":\"infected\",\"modified\":\"2026-11-23T12:00:00+09:00\"}",
	      "{" ASSET "\"status\":\"clean\",\"modified\":\"2026-11-23T04:00:00+00:00\"}", /* an hour later */
	      "{" ASSET "\"status\":\"clean\",\"modified\":\"2026-11-23T04:00:00+00:00\"}",
	      "status:\"clean\"|\"infected\";");
	/* removed here, changed there */
	check("{" ASSET "\"os\":\"a\",\"modified\":\"2026-11-23T10:00:00+09:00\"}",
	      "{" ASSET "\"modified\":\"2026-11-23T12:00:00+09:00\"}",
	      "{" ASSET "\"os\":\"b\",\"modified\":\"2026-11-23T11:00:00+09:00\"}",
	      "{" ASSET "\"modified\":\"2026-11-23T12:00:00+09:00\"}", "os:-|\"b\";");
	/* the same second: still the same on both sides */
	check("{" ASSET "\"os\":\"a\",\"modified\":\"2026-11-23T10:00:00+09:00\"}",
	      "{" ASSET "\"os\":\"b\",\"modified\":\"2026-11-23T11:00:00+09:00\"}",
	      "{" ASSET "\"os\":\"c\",\"modified\":\"2026-11-23T11:00:00+09:00\"}",
	      "{" ASSET "\"os\":\"c\",\"modified\":\"2026-11-23T11:00:00+09:00\"}", "os:\"b\"|\"c\";");
}

static void test_sets(void **state)
{
	(void)state;
	check("{" ASSET "\"tags\":[\"a\",\"b\"]}", "{" ASSET "\"tags\":[\"a\",\"b\",\"c\"]}",
	      "{" ASSET "\"tags\":[\"b\",\"d\"]}", "{" ASSET "\"tags\":[\"b\",\"c\",\"d\"]}", "");
	check("{" ASSET "\"tags\":[\"a\"]}", "{" ASSET "\"tags\":[\"b\"]}", "{\"kind\":\"asset\",\"label\":\"R1-A1\"}",
	      "{" ASSET "\"tags\":[\"b\"]}", "");
	check("{\"kind\":\"asset\",\"label\":\"R1-A1\"}", "{" ASSET "\"preserved\":[\"disk\"]}",
	      "{" ASSET "\"preserved\":[\"memory\"]}", "{" ASSET "\"preserved\":[\"disk\",\"memory\"]}", "");
}

static void test_retraction_wins(void **state)
{
	(void)state;
	check("{" ASSET "\"os\":\"a\"}",
	      "{" ASSET "\"os\":\"a\",\"retracted\":\"2026-11-23T10:00:00Z\",\"retract_reason\":\"x\"}",
	      "{" ASSET "\"os\":\"b\"}",
	      "{" ASSET "\"os\":\"b\",\"retracted\":\"2026-11-23T10:00:00Z\",\"retract_reason\":\"x\"}", "");
	check("{" ASSET "\"os\":\"a\"}",
	      "{" ASSET "\"os\":\"a\",\"retracted\":\"2026-11-23T10:00:00Z\",\"retract_reason\":\"y\"}",
	      "{" ASSET "\"os\":\"a\",\"retracted\":\"2026-11-23T09:00:00Z\",\"retract_reason\":\"x\"}",
	      "{" ASSET "\"os\":\"a\",\"retracted\":\"2026-11-23T09:00:00Z\",\"retract_reason\":\"x / y\"}", "");
}

static void test_machine_fields(void **state)
{
	(void)state;
	/* a later verification wins whole; nobody could resolve a clash of fields that only genba writes */
	check(
	    "{\"kind\":\"evidence\",\"label\":\"R1-E1\",\"modified\":\"2026-11-23T09:00:00Z\"}",
	    "{\"kind\":\"evidence\",\"label\":\"R1-E1\",\"modified\":\"2026-11-23T10:00:00Z\",\"verified\":\"ok\","
	    "\"verified_at\":\"2026-11-23T10:00:00Z\"}",
	    "{\"kind\":\"evidence\",\"label\":\"R1-E1\",\"modified\":\"2026-11-23T11:00:00Z\",\"verified\":\"failed\","
	    "\"verified_at\":\"2026-11-23T11:00:00Z\"}",
	    "{\"kind\":\"evidence\",\"label\":\"R1-E1\",\"modified\":\"2026-11-23T11:00:00Z\",\"verified\":\"failed\","
	    "\"verified_at\":\"2026-11-23T11:00:00Z\"}",
	    "");
}

static void test_labels(void **state)
{
	(void)state;
	check("{\"kind\":\"asset\",\"label\":\"R1-A1\"}",
	      "{\"kind\":\"asset\",\"label\":\"R2-A9\",\"aliases\":[\"R1-A1\"]}",
	      "{\"kind\":\"asset\",\"label\":\"R1-A1\",\"os\":\"b\"}",
	      "{\"kind\":\"asset\",\"label\":\"R2-A9\",\"aliases\":[\"R1-A1\"],\"os\":\"b\"}", "");
	check("{\"kind\":\"asset\",\"label\":\"R1-A1\"}",
	      "{\"kind\":\"asset\",\"label\":\"R2-A9\",\"aliases\":[\"R1-A1\"]}",
	      "{\"kind\":\"asset\",\"label\":\"R2-A8\",\"aliases\":[\"R1-A1\"]}",
	      "{\"kind\":\"asset\",\"label\":\"R2-A8\",\"aliases\":[\"R1-A1\",\"R2-A9\"]}", "");
}

static void test_unknown_kind(void **state)
{
	(void)state;
	check("{\"kind\":\"drone\",\"label\":\"R1-Ä1\",\"list\":[\"a\"]}",
	      "{\"kind\":\"drone\",\"label\":\"R1-Ä1\",\"list\":[\"a\",\"b\"]}",
	      "{\"kind\":\"drone\",\"label\":\"R1-Ä1\",\"list\":[\"a\"],\"x\":1}",
	      "{\"kind\":\"drone\",\"label\":\"R1-Ä1\",\"list\":[\"a\",\"b\"],\"x\":1}", "");
}

static void test_made_twice(void **state)
{
	(void)state;
	check(NULL, "{\"kind\":\"conflict\",\"label\":\"X-1\",\"state\":\"open\"}",
	      "{\"kind\":\"conflict\",\"label\":\"X-1\",\"state\":\"open\",\"field\":\"os\"}",
	      "{\"kind\":\"conflict\",\"label\":\"X-1\",\"state\":\"open\",\"field\":\"os\"}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_side),       cmocka_unit_test(test_clash),
	    cmocka_unit_test(test_sets),           cmocka_unit_test(test_retraction_wins),
	    cmocka_unit_test(test_machine_fields), cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_unknown_kind),   cmocka_unit_test(test_made_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
