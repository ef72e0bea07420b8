/* The kind `pivot`: what a person decided about a proposal of the attack chain (chain.h). Open ones are no records. */
#include "case/kind/kinds_table.h"

/* clang-format off */

static const struct field_value pivot_pivot[] = {
	{"spoofed_sender", "spoofed sender", "差出人詐称"},
	{"topic", "topic", "文面"},
	{"original", "original", "添付の原本"},
	{"recipients", "recipients", "宛先・同報先"},
	{"outbound", "outbound", "組織内からの送信"},
	{"similar", "similar", "類似メール"},
	{"lead", "lead", "公開情報"},
	{"same_organisation", "same organisation", "同一組織"},
	VALUE_UNKNOWN,
};

static const struct field_value pivot_status[] = {
	{"confirmed", "confirmed", "確認"},
	{"rejected", "rejected", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field pivot_fields[] = {
	{IS("organisation", TEXT, "Organisation", "組織"), REQUIRED, SHORT},
	{IS("party", REF, "Party", "関係者"), TO("party"), SHORT},
	{IS("domain", TEXT, "Domain", "ドメイン")},
	{IS("other", TEXT, "The other name", "もう一方の名称"),
	 HELP("same organisation: the spelling it is, or is not, one with")},
	{IS("pivot", ENUM, "Pivot", "手掛かり"), ONE_OF(pivot_pivot, "unknown"), REQUIRED, SHORT},
	{IS("status", ENUM, "Decided", "判断"), ONE_OF(pivot_status, "unknown"), REQUIRED, SHORT},
	{IS("because", REFS, "Because of", "根拠"), TO("any"), HELP("the records that triggered it then")},
	{IS("line", LONG, "Line", "根拠の行"), HELP("the line that triggered it")},
	{IS("reason", LONG, "Reason", "判断理由"), REQUIRED, SHORT},
	{IS("score", INT, "Score", "点数"), MACHINE},
	{IS("rules", INT, "Version of the rules", "規則の版"), MACHINE},
};

static const char *const pivot_columns[] = {"organisation", "pivot", "status", "score", "because"};

const struct kind kind_pivot = {
	PLACE(205),
	KIND("pivot", "H", "Chain decision", "連鎖の手掛かり"),
	.title_field = "organisation",
	FIELDS(pivot_fields),
	COLUMNS(pivot_columns),
};
