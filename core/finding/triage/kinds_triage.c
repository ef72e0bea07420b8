/* The kind `finding`: what the first checks or a rule saw in evidence, and what a person holds of it. */
#include "case/kind/kinds_table.h"

/* clang-format off */

static const struct field_value finding_status[] = {
	{"open", "open", "未確認"},
	{"confirmed", "confirmed", "確認"},
	{"dismissed", "dismissed", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field_value finding_level[] = {
	{"high", "high", "高"},
	{"medium", "medium", "中"},
	{"low", "low", "低"},
	{"info", "info", "参考"},
	VALUE_UNKNOWN,
};

static const struct field finding_fields[] = {
	{IS("title", TEXT, "What", "内容"), REQUIRED, SHORT, PROGRAM_WORDS},
	{IS("status", ENUM, "Judged", "判断"), ONE_OF(finding_status, "open"), REQUIRED, SHORT},
	{IS("assessment", LONG, "Why judged so", "判断理由"), SHORT, HELP("why it is confirmed or dismissed; needed to dismiss")},
	{IS("level", ENUM, "Level", "重大度"), ONE_OF(finding_level, "unknown"), SHORT},
	{IS("rule", TEXT, "Rule", "規則")},
	{IS("technique", TEXT, "Technique", "攻撃手法"), HELP("of ATT&CK: T1543.003")},
	{IS("on", REF, "On asset", "対象"), TO("asset")},
	{IS("evidence", REF, "Evidence", "証拠"), TO("evidence")},
	{IS("check", REF, "Found by", "検査"), TO("check"), MACHINE},
	{IS("when", TIME, "First", "最初"), TRACE("finding", "所見", "on level status")},
	{IS("until", TIME, "Last", "最後")},
	{IS("count", INT, "Rows", "行数"), MACHINE},
	{IS("reason", LONG, "What fired it", "検出の根拠"), HELP("the values that fired the rule")},
	{IS("observations", LONG, "Observations", "観測データ"), MACHINE, HELP("their ids, the earliest first")},
};

static const char *const finding_columns[] = {"level", "status", "when", "title", "on", "evidence"};

const struct kind kind_finding = {
	PLACE(207),
	KIND("finding", "FD", "Finding", "所見"),
	.title_field = "title",
	FIELDS(finding_fields),
	COLUMNS(finding_columns),
};
