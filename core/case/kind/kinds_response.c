/* The response: the case, people and organisations, what was decided, done, said and noted. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field_value case_route[] = {
	{"desk", "consultation desk", "相談窓口"},
	{"chain", "attack chain", "攻撃の連鎖"},
	{"osint", "public sources (OSINT)", "公開情報"},
	VALUE_UNKNOWN,
};

static const struct field_value case_kinds[] = {
	{"mail_infection", "infection by suspicious mail", "不審メールによる感染"},
	{"spread", "spread", "組織内の感染拡大"},
	{"rat_found", "RAT found", "RAT発見"},
	{"suspicious_traffic", "suspicious traffic", "不審な通信"},
	{"defacement", "defacement", "Webサイト改ざん"},
	{"watering_hole", "watering hole", "水飲み場攻撃"},
	{"leak", "leak", "情報漏えい"},
	{"stepping_stone", "stepping stone", "踏み台"},
	{"unauthorised_access", "unauthorised access", "不正アクセス"},
	{"ransomware", "ransomware", "ランサムウェア"},
	{"check_request", "check or advice requested", "感染有無の検査・対策相談"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value case_stage[] = {
	{"consultation", "consultation", "相談"},
	{"advice", "advice", "助言"},
	{"rescue", "rescue", "レスキュー支援"},
	{"on_site", "on site", "オンサイト支援"},
	{"observation", "observation", "経過観察"},
	{"closed", "closed", "終了"},
	VALUE_UNKNOWN,
};

static const struct field_value case_severity[] = {
	{"high", "high", "高"},
	{"medium", "medium", "中"},
	{"low", "low", "低"},
	VALUE_UNKNOWN,
};

static const struct field case_fields[] = {
	{IS("title", TEXT, "Title", "事案名"), REQUIRED, SHORT},
	{IS("party", REF, "Organisation", "被害組織"), TO("party"), SHORT, HELP("the organisation that was hit")},
	{IS("tlp", ENUM, "TLP", "TLP"), ONE_OF(values_tlp, "AMBER"), SHORT},
	{IS("route", ENUM, "Route", "把握経路"), ONE_OF(case_route, "unknown"), REQUIRED},
	{IS("trigger", ENUM, "Trigger", "発覚の契機"), ONE_OF(values_detected_by, "unknown")},
	{IS("kinds", ENUMS, "Kinds of incident", "事案の種類"), SOME_OF(case_kinds)},
	{IS("stage", ENUM, "Stage", "支援段階"), ONE_OF(case_stage, "unknown")},
	{IS("consulted", TIME, "Consulted", "相談日")},
	{IS("advised", TIME, "Advice given", "助言日")},
	{IS("rescue_from", TIME, "Rescue began", "レスキュー支援開始")},
	{IS("rescue_until", TIME, "Rescue ended", "レスキュー支援終了")},
	{IS("on_site_from", TIME, "On-site support began", "オンサイト支援開始")},
	{IS("on_site_until", TIME, "On-site support ended", "オンサイト支援終了")},
	{IS("known", TIME, "Came to be known", "発覚日時"),
	 HELP("when the organisation came to know: periods for legal reports begin here")},
	{IS("response_from", TIME, "Response began", "対応開始")},
	{IS("observe_from", TIME, "Observation began", "経過観察開始")},
	{IS("observe_until", TIME, "Observation ended", "経過観察終了")},
	{IS("closed", TIME, "Closed", "終了日")},
	{IS("stage_reason", LONG, "Reason for the last change", "移行理由")},
	{IS("severity", ENUM, "Severity", "深刻度"), ONE_OF(case_severity, "unknown")},
	{IS("mail_compromised", TRI, "Victim's mail may be read", "メール盗聴のおそれ"), YES_NO("unknown")},
	{IS("base_date", REF, "Base date", "基準日"), TO("event")},
	{IS("exits_known", TRI, "All exits known", "外部接続点の把握"), YES_NO("unknown"),
	 HELP("are all network exits known?")},
	{IS("diagram", REFS, "System diagrams", "構成図"), TO("evidence")},
	{IS("consultation", TEXT, "Consultation", "相談の識別子"), HELP("id of the consultation in the desk's register")},
};

static const char *const case_columns[] = {"title", "party", "route", "stage", "severity", "tlp"};

const struct kind kind_case = {
	PLACE(10),
	KIND("case", NULL, "Case", "事案"),
	TRAITS(KIND_MACHINE | KIND_ONE | KIND_OPEN),
	.title_field = "title",
	FIELDS(case_fields),
	COLUMNS(case_columns),
};

static const struct field_value party_type[] = {
	{"organisation", "organisation", "組織"},
	{"unit", "unit", "部署"},
	{"person", "person", "個人"},
	VALUE_UNKNOWN,
};

static const struct field_value party_org_kind[] = {
	{"iaa", "incorporated administrative agency", "独立行政法人"},
	{"local_iaa", "local incorporated administrative agency", "地方独立行政法人"},
	{"association", "association / foundation", "社団・財団法人"},
	{"industry_body", "industry body", "業界団体"},
	{"company", "company", "企業"},
	{"ministry", "ministry", "省庁"},
	{"local_government", "local government", "地方公共団体"},
	{"university", "university", "大学"},
	{"political", "political", "政党・政治家"},
	{"other_public", "other public", "その他公共機関"},
	{"individual", "individual", "個人"},
	VALUE_UNKNOWN,
};

static const struct field_value party_roles[] = {
	{"victim", "victim", "被害組織"},
	{"requester", "requester", "相談者"},
	{"decision_maker", "decision maker", "意思決定者"},
	{"contact_point", "contact point", "連絡窓口"},
	{"operator", "operator", "運用管理会社"},
	{"vendor", "vendor", "ベンダー"},
	{"security_vendor", "security vendor", "セキュリティ事業者"},
	{"user", "user", "利用者"},
	{"witness", "witness", "立会人"},
	{"spoofed", "spoofed", "詐称された組織"},
	{"topic", "topic", "文面に現れる組織"},
	{"original_holder", "original holder", "原本保有者"},
	{"co_recipient", "co recipient", "同報先"},
	{"downstream", "downstream", "二次被害先"},
	{"stepping_stone", "stepping stone", "踏み台"},
	{"regulator", "regulator", "監督官庁"},
	{"police", "police", "警察"},
	{"cert", "CSIRT / coordination body", "CSIRT・調整機関"},
	{"responder", "responder", "対応者"},
	VALUE_UNKNOWN,
};

static const struct field_value party_chain_status[] = {
	{"candidate", "candidate", "候補"},
	{"confirmed", "confirmed", "確認済み"},
	{"approved", "approved", "連絡承認済み"},
	{"contacted", "contacted", "連絡済み"},
	{"answered", "answered", "回答あり"},
	{"inspecting", "inspecting", "調査中"},
	{"damaged", "damaged", "被害あり"},
	{"not_damaged", "not damaged", "被害確認されず"},
	{"closed", "closed", "終了"},
	{"rejected", "rejected", "対象外と判断"},
	VALUE_UNKNOWN,
};

static const struct field_value party_chain_pivot[] = {
	{"spoofed_sender", "spoofed sender", "差出人詐称"},
	{"topic", "topic", "文面"},
	{"original", "original", "添付の原本"},
	{"recipients", "recipients", "宛先・同報先"},
	{"outbound", "outbound", "組織内からの送信"},
	{"similar", "similar", "類似メール"},
	{"lead", "lead", "公開情報"},
	VALUE_UNKNOWN,
};

static const struct field party_fields[] = {
	{IS("name", TEXT, "Name", "名称"), REQUIRED, SHORT},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(party_type, "unknown"), REQUIRED, SHORT},
	{IS("org_kind", ENUM, "Kind of organisation", "組織区分"), ONE_OF(party_org_kind, "unknown")},
	{IS("parent", REF, "Belongs to", "所属"), TO("party")},
	{IS("post", TEXT, "Post", "役職")},
	{IS("roles", ENUMS, "Roles in the case", "本事案での役割"), SOME_OF(party_roles), SHORT},
	{IS("phone", TEXT, "Phone", "電話"), SHORT},
	{IS("safe_channel", TEXT, "Safe channel", "安全な連絡手段"), SHORT, HELP("outside the victim's mail")},
	{IS("mail", TEXT, "Mail", "メール")},
	{IS("mail_safe", TRI, "Their mail is safe to use", "メール利用可否"), YES_NO("unknown")},
	{IS("hours", TEXT, "Reachable", "連絡可能時間")},
	{IS("may_decide", TEXT, "May approve", "決裁範囲"), HELP("what this person may approve")},
	{IS("targeted", TRI, "Targeted", "標的とされた"), YES_NO("unknown")},
	{IS("attacked", TRI, "Attacked", "攻撃を受けた"), YES_NO("unknown")},
	{IS("damaged", TRI, "Damaged", "被害を受けた"), YES_NO("unknown")},
	{IS("serious_effect", TRI, "Neglect would harm society or industry", "放置の影響が重大"), YES_NO("unknown"),
	 HELP("first criterion of eligibility")},
	{IS("key_relations", TRI, "Close to public or key bodies", "公的機関・重要組織との関係"), YES_NO("unknown"),
	 HELP("second criterion of eligibility")},
	{IS("size", TEXT, "Size, offices", "規模・拠点")},
	{IS("domains", TEXT, "Mail and web domains", "保有ドメイン")},
	{IS("names", TEXT, "Other names", "別名"), HELP("separated by ;")},
	{IS("corporate_number", TEXT, "Corporate number", "法人番号"), HELP("13 digits, the first is a check digit")},
	{IS("damaged_from", TIME, "Damaged from", "被害の始まり")},
	{IS("damaged_until", TIME, "Damaged until", "被害の終わり")},
	{IS("chain_status", ENUM, "Chain status", "連鎖先の状況"), ONE_OF(party_chain_status, "unknown")},
	{IS("chain_pivot", ENUM, "Why a candidate", "連鎖の手掛かり"), ONE_OF(party_chain_pivot, "unknown")},
	{IS("chain_reason", LONG, "Reason", "判断理由"), HELP("the line that triggered it")},
	{IS("alias", TEXT, "Name when shared", "共有時の仮名"), HELP("as Organisation A")},
};

static const char *const party_columns[] = {"name", "type", "org_kind", "parent", "roles", "phone", "chain_status"};

const struct kind kind_party = {
	PLACE(90),
	KIND("party", "P", "Party", "関係者・組織"),
	TRAITS(KIND_QUICK | KIND_PARTY | KIND_THING),
	.title_field = "name",
	FIELDS(party_fields),
	COLUMNS(party_columns),
};

static const struct field_value contact_direction[] = {
	{"out", "out", "発信"},
	{"in", "in", "着信"},
	VALUE_UNKNOWN,
};

static const struct field_value contact_means[] = {
	{"phone", "phone", "電話"},
	{"safe_mail", "mail (safe)", "メール(安全な経路)"},
	{"victim_mail", "mail (victim's system)", "メール(被害組織の系統)"},
	{"visit", "visit", "訪問"},
	{"meeting", "meeting", "会議"},
	{"web_form", "web form", "Webフォーム"},
	{"chat", "chat", "チャット"},
	{"letter", "letter", "書面"},
	VALUE_UNKNOWN,
};

static const struct field_value contact_purpose[] = {
	{"consultation", "consultation", "相談受付"},
	{"hearing", "hearing", "聞き取り"},
	{"advice", "advice", "助言"},
	{"chain_notice", "chain notice", "連鎖先への連絡"},
	{"information_request", "information request", "情報提供依頼"},
	{"inspection_request", "inspection request", "検査依頼"},
	{"approval_request", "approval request", "承認依頼"},
	{"authority_report", "authority report", "当局報告"},
	{"vendor", "vendor", "事業者調整"},
	{"sharing", "sharing", "情報共有"},
	{"press", "press", "公表・広報"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value contact_result[] = {
	{"reached", "reached", "連絡済み"},
	{"left_message", "left message", "伝言"},
	{"no_answer", "no answer", "不在"},
	{"refused", "refused", "拒否"},
	{"waiting", "waiting", "回答待ち"},
	VALUE_UNKNOWN,
};

static const struct field_value contact_report[] = {
	{"preliminary", "preliminary report", "速報"},
	{"final", "final report", "確報"},
	{"follow_up", "follow-up report", "続報"},
	{"none", "none", "該当せず"},
	VALUE_UNKNOWN,
};

static const struct field contact_fields[] = {
	{IS("party", REF, "Organisation", "相手先"), TO("party"), REQUIRED, SHORT},
	{IS("person", REF, "Person", "相手"), TO("party")},
	{IS("when", TIME, "When", "日時"), REQUIRED, SHORT, ACT("contact", "連絡", "person direction means purpose")},
	{IS("direction", ENUM, "Direction", "発受信"), ONE_OF(contact_direction, "unknown"), REQUIRED, SHORT},
	{IS("means", ENUM, "Means", "手段"), ONE_OF(contact_means, "unknown"), REQUIRED, SHORT},
	{IS("purpose", ENUM, "Purpose", "目的"), ONE_OF(contact_purpose, "unknown"), REQUIRED, SHORT},
	{IS("result", ENUM, "Result", "結果"), ONE_OF(contact_result, "unknown"), SHORT},
	{IS("said", LONG, "What was told", "伝えた内容"), REQUIRED, SHORT},
	{IS("answer", LONG, "What was answered", "回答内容")},
	{IS("next", TEXT, "Agreed next step", "次の対応"), SHORT},
	{IS("due", TIME, "By", "期限")},
	{IS("approved_by", REF, "Approving decision", "承認した決定"), TO("decision"),
	 HELP("needed for purpose=chain_notice, sharing, press")},
	{IS("report", ENUM, "Report stage", "報告区分"), ONE_OF(contact_report, "unknown")},
	{IS("reference", TEXT, "Reference number", "受付番号")},
	{IS("about", REFS, "About", "対象"), TO("any")},
	{IS("identity_checked", TEXT, "How identity was checked", "相手確認の方法"), HELP("call back, known number")},
};

static const char *const contact_columns[] = {"when",  "party",   "person", "direction",
	                                          "means", "purpose", "result", "due"};

const struct kind kind_contact = {
	PLACE(100),
	KIND("contact", "C", "Contact", "連絡記録"),
	.title_field = "party",
	FIELDS(contact_fields),
	COLUMNS(contact_columns),
};

static const struct field_value consultation_became[] = {
	{"open", "open", "対応中"},
	{"advice", "advice", "助言で終了"},
	{"rescue", "rescue", "レスキュー支援へ"},
	{"on_site", "on site", "オンサイト支援へ"},
	{"declined", "declined", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field consultation_fields[] = {
	{IS("when", TIME, "Received", "受付日時"), REQUIRED, SHORT, TRACE("consultation", "相談", "means")},
	{IS("from", REF, "From", "相談者"), TO("party"), REQUIRED, SHORT},
	{IS("means", ENUM, "Means", "受付手段"), ONE_OF(contact_means, "unknown")},
	{IS("summary", LONG, "Summary", "相談内容"), REQUIRED, SHORT},
	{IS("eligible", TRI, "Eligible for rescue", "支援対象"), YES_NO("unknown"), MACHINE,
	 HELP("from party.serious_effect, key_relations; of a company also by decision")},
	{IS("route", ENUM, "Route", "把握経路"), ONE_OF(case_route, "unknown")},
	{IS("kinds", ENUMS, "Kinds of incident", "事案の種類"), SOME_OF(case_kinds)},
	{IS("became", ENUM, "Became", "対応区分"), ONE_OF(consultation_became, "open")},
	{IS("decision", REF, "Decision", "根拠となる決定"), TO("decision")},
	{IS("advised", TIME, "Advice given", "助言日")},
	{IS("rescue_from", TIME, "Rescue began", "レスキュー支援開始")},
	{IS("rescue_until", TIME, "Rescue ended", "レスキュー支援終了")},
	{IS("on_site_from", TIME, "On-site support began", "オンサイト支援開始")},
	{IS("on_site_until", TIME, "On-site support ended", "オンサイト支援終了")},
	{IS("case_id", TEXT, "Case", "事案番号"), HELP("id of the case file it became")},
};

static const char *const consultation_columns[] = {"when", "from", "means", "summary", "eligible", "became"};

const struct kind kind_consultation = {
	PLACE(210),
	KIND("consultation", "Q", "Consultation", "相談"),
	.title_field = "summary",
	FIELDS(consultation_fields),
	COLUMNS(consultation_columns),
};

static const struct field_value decision_status[] = {
	{"proposed", "proposed", "提案中"},
	{"decided", "decided", "決定"},
	{"rejected", "rejected", "否決"},
	{"superseded", "superseded", "変更済み"},
	VALUE_UNKNOWN,
};

static const struct field_value decision_means[] = {
	{"oral", "oral", "口頭"},
	{"meeting", "meeting", "会議"},
	{"phone", "phone", "電話"},
	{"mail", "mail", "メール"},
	{"written", "written", "書面"},
	VALUE_UNKNOWN,
};

static const struct field decision_fields[] = {
	{IS("title", TEXT, "Question", "決定事項"), REQUIRED, SHORT, HELP("the question")},
	{IS("choice", TEXT, "Decided", "決定内容"), REQUIRED, SHORT},
	{IS("reason", LONG, "Reason", "理由"), REQUIRED, SHORT},
	{IS("by", REFS, "Decided by", "決定者"), TO("party"), REQUIRED, SHORT},
	{IS("when", TIME, "When", "決定日時"), REQUIRED, SHORT, ACT("decision", "決定", "choice status by")},
	{IS("status", ENUM, "Status", "状態"), ONE_OF(decision_status, "decided")},
	{IS("options", LONG, "Options weighed", "検討した選択肢"), HELP("options refused, and why")},
	{IS("advised_by", REFS, "Advised by", "助言者"), TO("party")},
	{IS("means", ENUM, "How given", "決定の方法"), ONE_OF(decision_means, "unknown")},
	{IS("risk", LONG, "Risk accepted", "受容したリスク")},
	{IS("risk_by", REF, "Risk accepted by", "リスク受容者"), TO("party")},
	{IS("dissent", LONG, "Dissent", "反対意見")},
	{IS("condition", TEXT, "Conditions", "条件")},
	{IS("review", TIME, "Review at", "見直し期限")},
	{IS("on", REFS, "About", "対象"), TO("any")},
	{IS("replaces", REF, "Replaces", "変更前の決定"), TO("decision")},
	{IS("record", REF, "Record", "決定の記録"), TO("evidence"), HELP("minutes, mail, signed sheet")},
};

static const char *const decision_columns[] = {"when", "title", "choice", "by", "status", "review"};

const struct kind kind_decision = {
	PLACE(80),
	KIND("decision", "D", "Decision", "決定"),
	.title_field = "title",
	FIELDS(decision_fields),
	COLUMNS(decision_columns),
};

static const struct field_value measure_track[] = {
	{"situation", "assess the situation", "現状把握"},
	{"cause", "infection cause", "感染原因"},
	{"provisional", "provisional", "暫定対策"},
	{"permanent", "permanent", "恒久対策"},
	VALUE_UNKNOWN,
};

static const struct field_value measure_type[] = {
	{"isolate", "isolate", "隔離"},
	{"block", "block", "通信遮断"},
	{"disable_account", "disable account", "アカウント停止"},
	{"reset_credential", "reset credential", "認証情報の再発行"},
	{"consolidate_exits", "consolidate exits", "接続口の集約"},
	{"check", "sweep", "検査"},
	{"collect", "collect", "情報・ログの収集"},
	{"preserve", "preserve", "保全"},
	{"eradicate", "eradicate", "根絶"},
	{"rebuild", "rebuild", "再構築"},
	{"monitor", "monitor", "監視強化"},
	{"notify", "notify", "報告・連絡"},
	{"observe", "observe", "経過観察"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value measure_status[] = {
	{"proposed", "proposed", "提案"},
	{"approved", "approved", "承認"},
	{"in_progress", "in progress", "実施中"},
	{"done", "done", "実施済み"},
	{"verified", "verified", "効果確認済み"},
	{"dropped", "dropped", "取止め"},
	VALUE_UNKNOWN,
};

static const struct field_value measure_by_whom[] = {
	{"customer", "customer", "被害組織"},
	{"operator", "operator", "運用会社"},
	{"security_vendor", "security vendor", "セキュリティ事業者"},
	{"responder", "responder", "対応者"},
	VALUE_UNKNOWN,
};

static const struct field_value measure_priority[] = {
	{"now", "now", "至急"},
	{"high", "high", "高"},
	{"medium", "medium", "中"},
	{"low", "low", "低"},
	VALUE_UNKNOWN,
};

static const struct field measure_fields[] = {
	{IS("title", TEXT, "What", "内容"), REQUIRED, SHORT},
	{IS("track", ENUM, "Track", "区分"), ONE_OF(measure_track, "unknown"), REQUIRED, SHORT},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(measure_type, "unknown")},
	{IS("status", ENUM, "Status", "状況"), ONE_OF(measure_status, "proposed"), REQUIRED, SHORT},
	{IS("by_whom", ENUM, "Who acts (we advise or act)", "実施主体"), ONE_OF(measure_by_whom, "unknown"), SHORT},
	{IS("owner", REF, "Owner", "担当者"), TO("party"), SHORT},
	{IS("due", TIME, "Due", "期限"), SHORT},
	{IS("priority", ENUM, "Priority", "優先度"), ONE_OF(measure_priority, "unknown")},
	{IS("requested", TIME, "Requested", "依頼日時")},
	{IS("done_at", TIME, "Done at", "実施日時"), ACT("measure done", "対策を実施", "owner")},
	{IS("on", REFS, "On", "対象"), TO("any")},
	{IS("decision", REF, "Decision", "根拠となる決定"), TO("decision")},
	{IS("business_effect", TEXT, "Business effect", "業務影響")},
	{IS("result", LONG, "Result", "結果")},
	{IS("verified_by", REF, "Verified by", "確認者"), TO("party")},
	{IS("verified_at", TIME, "Verified at", "確認日時")},
	{IS("undo", TEXT, "How to undo", "解除手順")},
	{IS("after", REFS, "Waits for", "先行作業"), TO("measure")},
	{IS("legal", TEXT, "Legal basis", "法令上の根拠"), HELP("law and deadline of a preliminary or final report")},
};

static const char *const measure_columns[] = {"title", "track", "status", "owner", "due", "priority", "on"};

const struct kind kind_measure = {
	PLACE(70),
	KIND("measure", "M", "Measure", "対策・作業"),
	.title_field = "title",
	FIELDS(measure_fields),
	COLUMNS(measure_columns),
};

static const struct field_value note_stance[] = {
	{"fact", "fact", "事実"},
	{"hearsay", "hearsay", "聞き取り"},
	{"hypothesis", "hypothesis", "仮説"},
	{"question", "question", "確認事項"},
	{"lesson", "lesson", "教訓"},
	VALUE_UNKNOWN,
};

static const struct field_value note_state[] = {
	{"open", "open", "未解決"},
	{"supported", "supported", "裏付けあり"},
	{"ruled_out", "ruled out", "否定済み"},
	{"answered", "answered", "回答済み"},
	VALUE_UNKNOWN,
};

static const struct field note_fields[] = {
	{IS("text", LONG, "Text", "本文"), REQUIRED, SHORT},
	{IS("on", REFS, "About", "対象"), TO("any"), SHORT},
	{IS("stance", ENUM, "Stance", "区分"), ONE_OF(note_stance, "fact"), SHORT},
	{IS("state", ENUM, "State", "状態"), ONE_OF(note_state, "open")},
	{IS("supports", REFS, "Speaks for it", "裏付け"), TO("any")},
	{IS("against", REFS, "Speaks against it", "反証"), TO("any")},
};

static const char *const note_columns[] = {"entered", "stance", "state", "text", "on"};

const struct kind kind_note = {
	PLACE(50),
	KIND("note", "N", "Note", "メモ"),
	TRAITS(KIND_NOTE),
	.add_verb = "note",
	.title_field = "text",
	FIELDS(note_fields),
	COLUMNS(note_columns),
};
