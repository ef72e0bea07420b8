/* The table of kinds: complete, consistent, and in both languages. */
#include "base/err.h"
#include "base/i18n.h"
#include "case/kind/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Own fields of each kind, counted by hand in the specification: a line that gets lost shows here. */
static const struct {
	const char *name;
	const char *letters;
	size_t fields;
} expected[] = {
    {"case", NULL, 25},    {"asset", "A", 44},     {"evidence", "E", 57},     {"event", "V", 22},
    {"note", "N", 6},      {"indicator", "I", 15}, {"measure", "M", 19},      {"decision", "D", 17},
    {"party", "P", 27},    {"contact", "C", 16},   {"mail", "L", 47},         {"flow", "F", 10},
    {"account", "U", 8},   {"check", "K", 8},      {"site", "Z", 7},          {"logsource", "G", 12},
    {"transfer", "T", 20}, {"media", "B", 12},     {"use", "Y", 8},           {"lead", "O", 14},
    {"run", "J", 11},      {"step", "S", 21},      {"consultation", "Q", 15}, {"responder", "R", 13},
    {"conflict", "X", 9},  {"pivot", "H", 11},     {"finding", "FD", 14},
};

#define EXPECTED_KINDS  (sizeof expected / sizeof *expected)
#define EXPECTED_FIELDS 488
#define EXPECTED_COMMON 17

/* Labels that are the same in Japanese: names of formats, protocols and products. */
static const char *const same_in_japanese[] = {
    "TLP",        "RLO", "MD5",   "SHA-1", "SHA-256", "SHA-512",      "URL",        "DNS",
    "VPN",        "EDR", "DHCP",  "HDD",   "SSD",     "BitLocker",    "Message-ID", "In-Reply-To",
    "User-Agent", "RED", "AMBER", "GREEN", "CLEAR",   "AMBER+STRICT",
};

static int is_same_in_japanese(const char *label)
{
	for (size_t i = 0; i < sizeof same_in_japanese / sizeof *same_in_japanese; i++)
		if (strcmp(same_in_japanese[i], label) == 0)
			return 1;
	return 0;
}

static int has_japanese(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return 1;
	return 0;
}

static int is_identifier(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static void check_labels(const char *where, const char *en, const char *ja)
{
	if (!en || !*en || !ja || !*ja)
		fail_msg("%s has no label", where);
	if (has_japanese(en))
		fail_msg("%s: English label '%s'", where, en);
	if (!has_japanese(ja) && !is_same_in_japanese(ja))
		fail_msg("%s: Japanese label '%s'", where, ja);
}

static void check_values(const char *where, const struct field *field)
{
	int is_choice = field->type == FIELD_ENUM || field->type == FIELD_ENUMS || field->type == FIELD_TRI;
	if (!is_choice) {
		assert_null(field->values);
		assert_null(field->fallback);
		return;
	}
	assert_true(field->value_count >= 3);
	for (size_t i = 0; i < field->value_count; i++) {
		const struct field_value *value = &field->values[i];
		check_labels(where, value->en, value->ja);
		if (!is_identifier(value->name) &&
		    strspn(value->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ+") != strlen(value->name))
			fail_msg("%s: value '%s'", where, value->name);
		int is_last = i + 1 == field->value_count;
		if ((strcmp(value->name, "unknown") == 0) != is_last)
			fail_msg("%s: 'unknown' must be there once, last", where);
		for (size_t j = 0; j < i; j++)
			if (strcmp(field->values[j].name, value->name) == 0 ||
			    strcmp(field->values[j].en, value->en) == 0 || strcmp(field->values[j].ja, value->ja) == 0)
				fail_msg("%s: '%s' and '%s' cannot be told apart", where, field->values[j].name,
				         value->name);
		assert_ptr_equal(field_value_find(field, value->name), value);
		assert_ptr_equal(field_value_find(field, value->ja), value);
	}
	if (!field->fallback || !field_value_find(field, field->fallback))
		fail_msg("%s: fallback is not a value", where);
}

static void check_field(const struct kind *kind, const struct field *field)
{
	char where[128];
	snprintf(where, sizeof where, "%s.%s", kind->name, field->name);
	if (!is_identifier(field->name))
		fail_msg("%s is not a name", where);
	check_labels(where, field->en, field->ja);
	check_values(where, field);
	int is_reference = field->type == FIELD_REF || field->type == FIELD_REFS;
	if (is_reference != (field->ref_kind != NULL))
		fail_msg("%s: reference without a kind, or a kind without a reference", where);
	if (is_reference && strcmp(field->ref_kind, "any") != 0 && !kind_find(field->ref_kind))
		fail_msg("%s refers to unknown kind %s", where, field->ref_kind);
	if (field->help_en && !*field->help_en)
		fail_msg("%s: empty help", where);
	/* What a record says of itself in every JSON; a field of that name would be hidden. */
	static const char *const reserved[] = {"id", "kind", "label", "author", "modified"};
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (strcmp(field->name, reserved[i]) == 0)
			fail_msg("%s is a reserved name", where);
}

static void every_kind_is_there(void **state)
{
	(void)state;
	size_t total = 0;
	assert_true(kind_count() >= EXPECTED_KINDS); /* a room may bring more */
	for (size_t i = 0; i < EXPECTED_KINDS; i++) {
		const struct kind *kind = kind_find(expected[i].name);
		assert_non_null(kind);
		if (kind->letters || expected[i].letters)
			assert_string_equal(kind->letters, expected[i].letters);
		if (kind->field_count != expected[i].fields)
			fail_msg("%s has %zu fields", kind->name, kind->field_count);
		if (kind->letters) {
			char *label = xasprintf("R1-%s12", kind->letters);
			assert_ptr_equal(kind_by_letters(kind->letters), kind);
			assert_ptr_equal(kind_of_label(label), kind);
			free(label);
		}
		total += kind->field_count;
	}
	assert_int_equal(total, EXPECTED_FIELDS);
	print_message("%zu kinds, %zu own fields, %d common\n", kind_count(), total, EXPECTED_COMMON);
	assert_null(kind_find("nothing"));
	assert_null(kind_by_letters(""));
	assert_null(kind_by_letters("!"));
	assert_null(kind_by_letters("AA"));
	static const char *const no_labels[] = {"case",    "R1",       "R1-A",  "R1-12",
	                                        "R1-AA12", "R1-AAAA1", "r1-a1", "X-1a2b3c4d"};
	for (size_t i = 0; i < sizeof no_labels / sizeof *no_labels; i++)
		assert_null(kind_of_label(no_labels[i]));
	assert_null(kind_at(kind_count()));
}

static void names_and_letters_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		assert_true(is_identifier(kind->name));
		size_t n = kind->letters ? strlen(kind->letters) : 1;
		assert_true(n == 1 || n == 2);
		assert_true(!kind->letters || strspn(kind->letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n);
		check_labels(kind->name, kind->en, kind->ja);
		for (size_t j = 0; j < i; j++) {
			const struct kind *other = kind_at(j);
			assert_string_not_equal(kind->name, other->name);
			assert_string_not_equal(kind->en, other->en);
			assert_string_not_equal(kind->ja, other->ja);
			if (kind->letters && other->letters)
				assert_string_not_equal(kind->letters, other->letters);
		}
	}
}

static void every_field_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		size_t count = kind_field_count(kind);
		for (size_t f = 0; f < count; f++) {
			const struct field *field = kind_field_at(kind, f);
			check_field(kind, field);
			assert_ptr_equal(kind_field(kind, field->name), field);
			for (size_t g = 0; g < f; g++)
				assert_string_not_equal(field->name, kind_field_at(kind, g)->name);
			assert_true(f >= kind->field_count || !field->common);
		}
		assert_null(kind_field_at(kind, count));
		assert_null(kind_field(kind, "nothing"));
	}
}

static void every_list_has_columns_and_a_title(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		if (!kind->title_field || !kind_field(kind, kind->title_field))
			fail_msg("%s: no title field", kind->name);
		assert_in_range(kind->list_column_count, 4, 9);
		for (size_t c = 0; c < kind->list_column_count; c++) {
			const struct field *field = kind_field(kind, kind->list_columns[c]);
			if (!field || field->type == FIELD_SECRET)
				fail_msg("%s: column %s", kind->name, kind->list_columns[c]);
		}
	}
}

/* What can be asked of a person must be possible: a required field is on the short form, or genba writes it. */
static void required_fields_are_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		for (size_t f = 0; f < kind_field_count(kind); f++) {
			const struct field *field = kind_field_at(kind, f);
			if (field->required && !field->short_form && !field->machine && strcmp(kind->name, "case") != 0)
				fail_msg("%s.%s is required but not asked for", kind->name, field->name);
		}
	}
}

static void own_lines_replace_common_ones(void **state)
{
	(void)state;
	const struct kind *asset = kind_find("asset");
	const struct kind *evidence = kind_find("evidence");
	assert_true(kind_field(asset, "title")->common);
	assert_false(kind_field(evidence, "title")->common);
	assert_true(kind_field(evidence, "title")->required);
	assert_int_equal(kind_field_count(asset), 44 + EXPECTED_COMMON);
	assert_int_equal(kind_field_count(evidence), 57 + EXPECTED_COMMON - 1);
	assert_string_equal(kind_field(kind_find("case"), "tlp")->fallback, "AMBER");
	assert_ptr_equal(kind_common_field("links"), kind_field(asset, "links"));
	assert_null(kind_common_field("hostname"));
}

static void values_are_found_by_name_and_label(void **state)
{
	(void)state;
	const struct field *status = kind_field(kind_find("asset"), "status");
	assert_string_equal(field_value_find(status, "infected")->name, "infected");
	assert_string_equal(field_value_find(status, "INFECTED")->name, "infected");
	assert_string_equal(field_value_find(status, "感染")->name, "infected");
	assert_string_equal(field_value_find(status, "No trace found")->name, "clean");
	assert_string_equal(field_value_find(status, "痕跡なし")->name, "clean");
	assert_string_equal(status->fallback, "unchecked");
	assert_null(field_value_find(status, "ok"));
	assert_null(field_value_find(status, ""));
	const struct field *query = kind_field(kind_find("indicator"), "do_not_query");
	assert_string_equal(query->fallback, "yes");
	assert_string_equal(field_value_find(query, "いいえ")->name, "no");
}

static void shared_values_are_one_table(void **state)
{
	(void)state;
	static const char *const pairs[][4] = {
	    {"contact", "means", "consultation", "means"}, {"event", "outcome", "flow", "outcome"},
	    {"event", "detected_by", "case", "trigger"},   {"mail", "class", "mail", "class_override"},
	    {"note", "confidence", "flow", "confidence"},  {"note", "tlp", "case", "tlp"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		assert_ptr_equal(kind_field(kind_find(pairs[i][0]), pairs[i][1])->values,
		                 kind_field(kind_find(pairs[i][2]), pairs[i][3])->values);
}

static void labels_follow_the_language(void **state)
{
	(void)state;
	const struct kind *asset = kind_find("asset");
	const struct field *status = kind_field(asset, "status");
	const struct field_value *infected = field_value_find(status, "infected");
	assert_string_equal(field_label(status), "Finding");
	i18n_set_language("ja");
	assert_string_equal(kind_label(asset), "資産");
	assert_string_equal(field_label(status), "判定");
	assert_string_equal(field_value_label(infected), "感染");
	i18n_set_language("en");
	assert_string_equal(kind_label(asset), "Asset");
	assert_string_equal(field_value_label(infected), "infected");
	assert_string_equal(field_help(status), "");
	assert_string_not_equal(field_help(kind_field(asset, "checked_by")), "");
}

static void references_know_what_they_accept(void **state)
{
	(void)state;
	const struct kind *asset = kind_find("asset");
	const struct kind *party = kind_find("party");
	assert_true(field_accepts_kind(kind_field(asset, "user"), party));
	assert_false(field_accepts_kind(kind_field(asset, "user"), asset));
	assert_true(field_accepts_kind(kind_field(asset, "links"), asset));
	assert_false(field_accepts_kind(kind_field(asset, "hostname"), asset));
}

static void types_have_names(void **state)
{
	(void)state;
	assert_string_equal(field_type_name(FIELD_TEXT), "text");
	assert_string_equal(field_type_name(FIELD_SECRET), "secret");
	assert_string_equal(field_type_name((enum field_type)99), "");
}

/* Screens say Finding and IP addresses; whoever types that is understood, in either language. */
static void fields_are_found_as_screens_call_them(void **state)
{
	(void)state;
	const struct kind *asset = kind_find("asset");
	const struct field *status = kind_field(asset, "status");
	assert_ptr_equal(kind_field_called(asset, "status"), status);
	assert_ptr_equal(kind_field_called(asset, "finding"), status);
	assert_ptr_equal(kind_field_called(asset, status->ja), status);
	assert_ptr_equal(kind_field_called(asset, "IP_Addresses"), kind_field(asset, "addresses"));
	assert_ptr_equal(kind_field_called(asset, "tlp"), kind_field(asset, "tlp"));
	assert_null(kind_field_called(asset, "find"));
	assert_null(kind_field_called(asset, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_is_there),
	    cmocka_unit_test(names_and_letters_are_unique),
	    cmocka_unit_test(every_field_is_sound),
	    cmocka_unit_test(every_list_has_columns_and_a_title),
	    cmocka_unit_test(required_fields_are_asked_for),
	    cmocka_unit_test(own_lines_replace_common_ones),
	    cmocka_unit_test(values_are_found_by_name_and_label),
	    cmocka_unit_test(shared_values_are_one_table),
	    cmocka_unit_test(labels_follow_the_language),
	    cmocka_unit_test(references_know_what_they_accept),
	    cmocka_unit_test(types_have_names),
	    cmocka_unit_test(fields_are_found_as_screens_call_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
