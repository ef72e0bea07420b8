/*
 * How the table of kinds is written. Only kinds.c and kinds_*.c include this.
 *
 * A field is one line that reads like a sentence:
 *
 *     {IS("status", ENUM, "Finding", "判定"), ONE_OF(asset_status, "unchecked"), REQUIRED, SHORT},
 *     {IS("checked_by", REF, "Checked by", "判定の根拠(検査)"), TO("check"), HELP("the latest check behind the finding")},
 *
 * A moment at which the responders did something is an act, and stands on the timeline beside the attacker's:
 *
 *     {IS("isolation_done", TIME, "Isolation done", "隔離実施日時"), ACT("isolated", "隔離", "isolation_method isolation_by")},
 *
 * A kind is one constant, and nothing else has to be told of it: the build finds
 * it by its first two lines, in any kinds_*.c below core/.
 *
 *     const struct kind kind_site = {
 *     	PLACE(150),
 *     	KIND("site", "T", "Site", "…"),
 *     	FIELDS(site_fields), COLUMNS(site_columns),
 *     };
 *
 * HELP() texts are in English here and translated by the catalogue
 * (xgettext --keyword=HELP); labels have both languages here, because data of a
 * case is shown in either, whatever the catalogue.
 */
#ifndef GENBA_CASE_KIND_KINDS_TABLE_H
#define GENBA_CASE_KIND_KINDS_TABLE_H

#include "case/kind/kinds.h"

/* clang-format off */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define IS(field_name, field_type, english, japanese) \
	.name = (field_name), .type = FIELD_##field_type, .en = (english), .ja = (japanese)
#define ONE_OF(table, if_unset) .values = (table), .value_count = COUNT_OF(table), .fallback = (if_unset)
#define SOME_OF(table) ONE_OF(table, "unknown")
#define YES_NO(if_unset) ONE_OF(values_tri, if_unset)
#define TO(kind_name) .ref_kind = (kind_name)
#define HELP(text) .help_en = (text)
#define ACT_ELSE(english, japanese) .act_else_en = (english), .act_else_ja = (japanese)
#define ACT(english, japanese, details) .act_en = (english), .act_ja = (japanese), .act_details = (details)
#define TRACE(english, japanese, details) ACT(english, japanese, details), .act_is_trace = 1
#define PROGRAM_WORDS .program_words = 1
#define REQUIRED .required = 1
#define SHORT .short_form = 1
#define MACHINE .machine = 1
#define COMMON .common = 1
#define VALUE_UNKNOWN {"unknown", "unknown", "不明"}

#define PLACE(number) .place = (number)
#define KIND(kind_name, label_letters, english, japanese) \
	.name = (kind_name), .letters = (label_letters), .en = (english), .ja = (japanese)
#define TRAITS(of_kind) .traits = (of_kind)
#define FIELDS(table) .fields = (table), .field_count = COUNT_OF(table)
#define COLUMNS(table) .list_columns = (table), .list_column_count = COUNT_OF(table)
/* clang-format on */

/* Values that several kinds share; the sizes are here so that ONE_OF() can count them. */
extern const struct field_value values_confidence[6];
extern const struct field_value values_tlp[6];
extern const struct field_value values_detected_by[6];
extern const struct field_value values_tri[3];

/* The fields that every kind has, unless its own table has one of that name. */
extern const struct field kind_common_fields[];
extern const size_t kind_common_field_count;

extern const struct kind *const kind_table[];
extern const size_t kind_table_count;

#endif
