/* What every kind has: the common fields, and the values that several kinds share. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

const struct field_value values_tri[] = {
	{"yes", "yes", "はい"},
	{"no", "no", "いいえ"},
	VALUE_UNKNOWN,
};

static const struct field_value values_basis[] = {
	{"observed", "observed", "自ら確認"},
	{"told", "told", "聞き取り"},
	{"document", "document", "資料"},
	{"tool_output", "tool output", "ツール出力"},
	{"inferred", "inferred", "推定"},
	VALUE_UNKNOWN,
};

const struct field_value values_confidence[] = {
	{"confirmed", "confirmed", "確認済み"},
	{"probable", "probable", "可能性が高い"},
	{"possible", "possible", "可能性あり"},
	{"doubtful", "doubtful", "疑わしい"},
	{"refuted", "refuted", "否定"},
	VALUE_UNKNOWN,
};

const struct field_value values_tlp[] = {
	{"RED", "RED", "RED"},
	{"AMBER+STRICT", "AMBER+STRICT", "AMBER+STRICT"},
	{"AMBER", "AMBER", "AMBER"},
	{"GREEN", "GREEN", "GREEN"},
	{"CLEAR", "CLEAR", "CLEAR"},
	VALUE_UNKNOWN,
};

const struct field_value values_detected_by[] = {
	{"outside", "outside", "外部からの通知"},
	{"operations", "operations", "運用中の異常"},
	{"person", "person", "本人の気づき"},
	{"product", "product", "製品の検知"},
	{"investigation", "investigation", "調査"},
	VALUE_UNKNOWN,
};

const struct field kind_common_fields[] = {
	{IS("title", TEXT, "Title", "件名"), COMMON},
	{IS("when", TIME, "When it happened", "発生日時"), SHORT, COMMON},
	{IS("when_raw", TEXT, "Time as found", "記載時刻(原文)"), COMMON, HELP("as written in the source")},
	{IS("when_clock", REF, "By whose clock", "基準とした時計"), TO("any"), COMMON,
	 HELP("asset or logsource whose clock it is")},
	{IS("found", TIME, "When it was found", "発見日時"), COMMON},
	{IS("entered", TIME, "When it was entered", "入力日時"), MACHINE, COMMON},
	{IS("written", TIME, "When written on paper", "手書き記録日時"), COMMON, HELP("for paper typed in later")},
	{IS("basis", ENUM, "How we know", "根拠の種別"), ONE_OF(values_basis, "unknown"), SHORT, COMMON},
	{IS("told_by", REF, "Told by", "情報提供者"), TO("party"), COMMON},
	{IS("confidence", ENUM, "Confidence", "確度"), ONE_OF(values_confidence, "unknown"), COMMON},
	{IS("evidence", REFS, "Evidence", "根拠となる証拠"), TO("evidence"), COMMON},
	{IS("tlp", ENUM, "TLP", "TLP"), ONE_OF(values_tlp, "unknown"), COMMON, HELP("unset: the case's")},
	{IS("tags", TAGS, "Tags", "タグ"), COMMON},
	{IS("retracted", TIME, "Retracted", "取下げ日時"), MACHINE, COMMON},
	{IS("retract_reason", TEXT, "Reason for retraction", "取下げ理由"), MACHINE, COMMON},
	{IS("links", REFS, "Links", "関連"), TO("any"), COMMON},
	{IS("aliases", TAGS, "Former labels", "旧管理番号"), MACHINE, COMMON, HELP("labels it had before")},
};

const size_t kind_common_field_count = sizeof kind_common_fields / sizeof *kind_common_fields;
