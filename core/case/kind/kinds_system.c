/* genba's own records: responders, playbook runs and steps, merge conflicts. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field_value responder_role[] = {
	{"lead", "person in charge", "責任者"},
	{"member", "member", "担当者"},
	{"recovery", "recovery only", "復旧用"},
	{"observer", "observer (reads only)", "閲覧のみ"},
	VALUE_UNKNOWN,
};

static const struct field responder_fields[] = {
	{IS("name", TEXT, "Name", "氏名"), REQUIRED, SHORT},
	{IS("mark", TEXT, "Mark", "記号"), REQUIRED, SHORT, MACHINE,
	 HELP("begins every label this responder gives, as R1 in R1-E4")},
	{IS("key", TEXT, "Signing key", "署名鍵"), MACHINE, HELP("the ssh-ed25519 line")},
	{IS("role", ENUM, "Role", "役割"), ONE_OF(responder_role, "member"), REQUIRED, SHORT},
	{IS("organisation", TEXT, "Organisation", "所属組織"), SHORT},
	{IS("phone", TEXT, "Phone", "電話"), SHORT},
	{IS("clock_offset", DURATION, "Clock offset", "時計のずれ"), SHORT,
	 HELP("of the machine this responder works on: machine − reference; the header shows it")},
	{IS("clock_checked", TIME, "Offset measured at", "時計確認日時")},
	{IS("clock_reference", TEXT, "Measured against", "基準時計"), HELP("NTP, radio clock, mobile network")},
	{IS("added_by", REF, "Added by", "追加者"), TO("responder"), MACHINE},
	{IS("revoked", TIME, "Revoked", "失効日時"), MACHINE},
	{IS("reserved", TAGS, "Kept free for paper", "紙用に確保した管理番号"), MACHINE,
	 HELP("labels of worksheets that are not typed in yet")},
	{IS("revoke_reason", TEXT, "Reason for revocation", "失効理由"), MACHINE},
};

static const char *const responder_columns[] = {"mark", "name", "role", "organisation", "revoked"};

const struct kind kind_responder = {
	PLACE(240),
	KIND("responder", "R", "Responder", "対応者"),
	TRAITS(KIND_MACHINE | KIND_OPEN | KIND_RESPONDER),
	.title_field = "name",
	FIELDS(responder_fields),
	COLUMNS(responder_columns),
};

static const struct field_value run_state[] = {
	{"running", "running", "実施中"},
	{"paused", "paused", "中断中"},
	{"finished", "finished", "完了"},
	{"abandoned", "abandoned", "中止"},
	VALUE_UNKNOWN,
};

static const struct field run_fields[] = {
	{IS("playbook", TEXT, "Playbook", "プレイブック"), REQUIRED, SHORT, MACHINE, HELP("the playbook's name")},
	{IS("playbook_id", TEXT, "Playbook id", "プレイブックID"), MACHINE, HELP("CACAO identifier")},
	{IS("playbook_digest", HASH, "Playbook digest", "プレイブックのハッシュ値"), MACHINE,
	 HELP("of the playbook as it was run")},
	{IS("playbook_text", HASH, "Playbook text", "プレイブック本文"), MACHINE,
	 HELP("the playbook's text in the case's blob store")},
	{IS("on", REFS, "On assets", "対象"), TO("asset"), SHORT},
	{IS("state", ENUM, "State", "状態"), ONE_OF(run_state, "running"), MACHINE},
	{IS("position", LONG, "Position in the playbook", "進行位置"), MACHINE, HELP("JSON")},
	{IS("variables", LONG, "Variables", "変数"), MACHINE, HELP("JSON")},
	{IS("started", TIME, "Started", "開始日時"), MACHINE},
	{IS("ended", TIME, "Ended", "終了日時"), MACHINE},
	{IS("reason", TEXT, "Reason", "理由"), HELP("why it was paused or abandoned")},
};

static const char *const run_columns[] = {"playbook", "on", "state", "started", "ended"};

const struct kind kind_run = {
	PLACE(220),
	KIND("run", "J", "Run", "実施"),
	TRAITS(KIND_MACHINE | KIND_RUN),
	.title_field = "playbook",
	FIELDS(run_fields),
	COLUMNS(run_columns),
};

static const struct field_value step_outcome[] = {
	{"open", "open", "未実施"},
	{"done", "done", "実施済み"},
	{"failed", "failed", "失敗"},
	{"skipped", "skipped", "省略"},
	{"not_applicable", "not applicable", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field step_fields[] = {
	{IS("run", REF, "Run", "実施"), TO("run"), REQUIRED, MACHINE},
	{IS("step_id", TEXT, "Step id", "手順ID"), REQUIRED, MACHINE},
	{IS("invocation", TEXT, "Invocation", "実行の識別"), MACHINE,
	 HELP("which pass through the step, in loops and parallels")},
	{IS("name", TEXT, "Step", "手順名"), REQUIRED, MACHINE},
	{IS("phase", TEXT, "Phase", "段階"), MACHINE},
	{IS("outcome", ENUM, "Outcome", "結果"), ONE_OF(step_outcome, "open"), MACHINE},
	{IS("started", TIME, "Started", "開始日時"), MACHINE},
	{IS("ended", TIME, "Ended", "終了日時"), MACHINE},
	{IS("reason", TEXT, "Reason", "理由"), SHORT, HELP("needed when skipped or not applicable, and for what is left unknown")},
	{IS("left_unknown", TEXT, "Left unknown", "不明のままの項目"), MACHINE,
	 HELP("what the step had to record, and nobody could tell")},
	{IS("who", REF, "Done by", "実施者"), TO("responder"), SHORT},
	{IS("role", TEXT, "Role", "役割")},
	{IS("asset", REFS, "On assets", "対象資産"), TO("asset"), SHORT},
	{IS("command", LONG, "Command", "実行コマンド"), HELP("as it was typed")},
	{IS("tool", TEXT, "Tool", "使用ツール")},
	{IS("tool_version", TEXT, "Tool version", "ツールの版")},
	{IS("result", LONG, "Result", "実施結果"), SHORT},
	{IS("evidence", REFS, "Evidence", "取得した証拠"), TO("evidence"), SHORT},
	{IS("decision", REF, "Decision", "根拠となる決定"), TO("decision")},
	{IS("answer", TEXT, "Answer", "回答")},
	{IS("notes", LONG, "Notes", "備考"), SHORT},
};

static const char *const step_columns[] = {"name", "phase", "outcome", "who", "asset", "ended"};

const struct kind kind_step = {
	PLACE(230),
	KIND("step", "S", "Step", "手順"),
	TRAITS(KIND_MACHINE),
	.title_field = "name",
	FIELDS(step_fields),
	COLUMNS(step_columns),
};

static const struct field_value conflict_state[] = {
	{"open", "open", "未解決"},
	{"resolved", "resolved", "解決済み"},
	VALUE_UNKNOWN,
};

static const struct field conflict_fields[] = {
	{IS("record", REF, "Record", "対象の記録"), TO("any"), REQUIRED, MACHINE},
	{IS("field", TEXT, "Field", "項目"), REQUIRED, MACHINE},
	{IS("one", TEXT, "One value", "一方の値"), MACHINE, HELP("as stored; absent: unset on that side")},
	{IS("other", TEXT, "The other value", "他方の値"), MACHINE},
	{IS("base", TEXT, "Value before", "元の値"), MACHINE, HELP("the last value both sides knew")},
	{IS("state", ENUM, "State", "状態"), ONE_OF(conflict_state, "open"), REQUIRED, SHORT},
	{IS("resolution", LONG, "Resolution", "解決内容"), SHORT},
	{IS("resolved_by", REF, "Resolved by", "解決者"), TO("responder"), SHORT},
	{IS("reason", LONG, "Reason", "判断の理由"), SHORT, HELP("why it was decided so")},
};

static const char *const conflict_columns[] = {"record", "field", "one", "other", "state"};

const struct kind kind_conflict = {
	PLACE(250),
	KIND("conflict", "X", "Conflict", "競合"),
	TRAITS(KIND_MACHINE | KIND_CONFLICT),
	.title_field = "field",
	FIELDS(conflict_fields),
	COLUMNS(conflict_columns),
};
