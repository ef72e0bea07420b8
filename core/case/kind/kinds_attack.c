/* The attack as it is found: events, flow, indicators, mails, public sources. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field_value event_side[] = {
	{"attacker", "attacker", "攻撃側"},
	{"response", "response", "対応側"},
	{"user", "user / operator", "利用者・運用者"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value event_outcome[] = {
	{"succeeded", "succeeded", "成功"},
	{"failed", "failed", "失敗"},
	{"apparently_failed", "apparently failed", "失敗とみられる"},
	{"blocked", "blocked", "阻止"},
	{"in_progress", "in progress", "継続中"},
	VALUE_UNKNOWN,
};

static const struct field_value event_stage[] = {
	{"planning", "planning", "計画立案"},
	{"preparation", "preparation", "攻撃準備"},
	{"initial", "initial entry", "初期潜入"},
	{"foothold", "foothold", "基盤構築"},
	{"internal", "internal intrusion", "内部侵入・調査"},
	{"objective", "objective", "目的遂行"},
	{"reentry", "reentry", "再侵入"},
	VALUE_UNKNOWN,
};

static const struct field_value event_type[] = {
	{"mail_received", "mail received", "不審メール受信"},
	{"opened", "opened", "開封・実行"},
	{"infection", "infection", "感染"},
	{"c2", "C2", "C2通信"},
	{"credential_theft", "credential theft", "認証情報窃取"},
	{"lateral", "lateral", "横展開(侵入拡大)"},
	{"persistence", "persistence", "永続化"},
	{"collection", "collection", "収集・圧縮"},
	{"exfiltration", "exfiltration", "持出し"},
	{"webshell", "web shell", "WebShell設置"},
	{"unauthorised_access", "unauthorised access", "不正アクセス"},
	{"mail_sent", "mail sent", "不審メール送信"},
	{"detected", "detected", "検知"},
	{"reported", "reported", "通報・連絡"},
	{"isolated", "isolated", "隔離"},
	{"preserved", "preserved", "保全"},
	{"blocked", "blocked", "通信遮断"},
	{"meeting", "meeting", "会議"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value event_data_lost[] = {
	{"confirmed", "confirmed", "漏えい確認"},
	{"likely", "likely", "漏えいのおそれ"},
	{"not_seen", "not seen", "痕跡なし"},
	VALUE_UNKNOWN,
};

static const struct field event_fields[] = {
	{IS("title", TEXT, "What happened", "事象"), REQUIRED, SHORT, PROGRAM_WORDS},
	{IS("when", TIME, "When", "日時"), SHORT},
	{IS("until", TIME, "Until", "終了日時")},
	{IS("side", ENUM, "Whose act", "行為の主体"), ONE_OF(event_side, "unknown"), REQUIRED, SHORT},
	{IS("outcome", ENUM, "Outcome", "結果"), ONE_OF(event_outcome, "unknown")},
	{IS("stage", ENUM, "Stage", "攻撃段階"), ONE_OF(event_stage, "unknown")},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(event_type, "unknown")},
	{IS("technique", TEXT, "ATT&CK technique", "ATT&CK技術"), HELP("id@version, e.g. T1059.003@15.1")},
	{IS("assets", REFS, "Assets", "関係資産"), TO("asset"), SHORT},
	{IS("accounts", REFS, "Accounts", "関係アカウント"), TO("account")},
	{IS("parties", REFS, "Parties", "関係者"), TO("party")},
	{IS("indicators", REFS, "Indicators", "侵害指標"), TO("indicator")},
	{IS("logsource", REF, "Log it comes from", "出典ログ"), TO("logsource")},
	{IS("log_excerpt", LONG, "Excerpt", "該当箇所(原文)"), HELP("the raw line")},
	{IS("mark", TEXT, "Number in the figure", "図中番号"), HELP("as ①; not unique, given for the report")},
	{IS("during_response", TRI, "During the response", "対応中の攻撃"), YES_NO("unknown"), MACHINE,
	 HELP("from when and the case's response_from")},
	{IS("detected_by", ENUM, "How noticed", "発覚の契機"), ONE_OF(values_detected_by, "unknown")},
	{IS("data", LONG, "Data concerned", "対象の情報"), HELP("what data")},
	{IS("data_lost", ENUM, "Data leaked", "情報漏えい"), ONE_OF(event_data_lost, "unknown")},
	{IS("data_amount", SIZE, "Amount", "量")},
	{IS("persons", INT, "People concerned", "対象者数")},
	{IS("personal_data", TRI, "Personal data", "個人情報"), YES_NO("unknown")},
};

static const char *const event_columns[] = {"when",  "title",  "side", "outcome",
	                                        "stage", "assets", "mark", "confidence"};

const struct kind kind_event = {
	PLACE(40),
	KIND("event", "V", "Event", "事象"),
	TRAITS(KIND_EVENT),
	.title_field = "title",
	FIELDS(event_fields),
	COLUMNS(event_columns),
};

static const struct field_value flow_type[] = {
	{"sent", "sent mail", "メール送信"},
	{"received", "received", "メール受信"},
	{"infected", "infected", "感染"},
	{"spoofed", "spoofed", "詐称"},
	{"stolen", "stolen", "窃取"},
	{"altered", "altered", "加工"},
	{"c2", "C2", "C2通信"},
	{"lateral", "lateral", "横展開(侵入拡大)"},
	{"logon", "logon", "ログオン"},
	{"collected", "collected", "収集・圧縮"},
	{"uploaded", "uploaded", "外部へ送出"},
	{"accessed", "accessed", "不正アクセス"},
	VALUE_UNKNOWN,
};

static const struct field flow_fields[] = {
	{IS("from", REF, "From", "起点"), TO("any"), REQUIRED, SHORT, HELP("party, asset, account, indicator, mail")},
	{IS("to", REF, "To", "終点"), TO("any"), REQUIRED, SHORT},
	{IS("type", ENUM, "Act", "行為"), ONE_OF(flow_type, "unknown"), REQUIRED, SHORT},
	{IS("mark", TEXT, "Number", "番号"), SHORT, HELP("as ①, ②")},
	{IS("when", TIME, "When", "日時"), SHORT},
	{IS("event", REF, "Event", "対応する事象"), TO("event")},
	{IS("mail", REF, "Mail", "対応するメール"), TO("mail")},
	{IS("outcome", ENUM, "Outcome", "結果"), ONE_OF(event_outcome, "unknown"), HELP("drawn dashed when failed")},
	{IS("confidence", ENUM, "Confidence", "確度"), ONE_OF(values_confidence, "unknown"), SHORT,
	 HELP("drawn dotted below \"probable\"")},
	{IS("reason", LONG, "Reason", "判断理由")},
};

static const char *const flow_columns[] = {"mark", "from", "to", "type", "when", "outcome", "confidence"};

const struct kind kind_flow = {
	PLACE(120),
	KIND("flow", "F", "Attack flow", "攻撃フロー"),
	.title_field = "type",
	FIELDS(flow_fields),
	COLUMNS(flow_columns),
};

static const struct field_value indicator_type[] = {
	{"ip", "IP address", "IPアドレス"},
	{"domain", "domain", "ドメイン"},
	{"url", "URL", "URL"},
	{"email", "mail address", "メールアドレス"},
	{"subject", "subject", "件名"},
	{"file_name", "file name", "ファイル名"},
	{"file_path", "file path", "パス"},
	{"sha256", "SHA-256", "SHA-256"},
	{"sha512", "SHA-512", "SHA-512"},
	{"sha1", "SHA-1", "SHA-1"},
	{"md5", "MD5", "MD5"},
	{"registry", "registry", "レジストリ"},
	{"service", "service", "サービス名"},
	{"task", "task", "タスク名"},
	{"mutex", "mutex", "ミューテックス"},
	{"account", "account", "アカウント"},
	{"user_agent", "User-Agent", "User-Agent"},
	{"certificate", "certificate", "証明書"},
	{"port", "port", "ポート"},
	{"yara", "YARA rule", "YARA規則"},
	{"signature", "signature", "検知シグネチャ"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value indicator_role[] = {
	{"c2", "C2", "C2サーバ"},
	{"download", "download", "配布元"},
	{"upload", "upload / storage", "持出し先"},
	{"sender", "sender", "送信元"},
	{"malware", "malware", "マルウェア"},
	{"tool", "tool", "攻撃ツール"},
	{"persistence", "persistence", "永続化箇所"},
	{"scanner", "scanner", "探索元"},
	{"benign", "benign", "正規・無害"},
	VALUE_UNKNOWN,
};

static const struct field_value indicator_action[] = {
	{"none", "none", "未対応"},
	{"watch", "watch", "監視"},
	{"block_requested", "block requested", "遮断依頼中"},
	{"blocked", "blocked", "遮断済み"},
	{"do_not_block", "do not block yet", "遮断保留"},
	VALUE_UNKNOWN,
};

static const struct field_value indicator_swept[] = {
	{"not_yet", "not yet", "未検索"},
	{"partly", "partly", "一部検索済み"},
	{"all", "whole scope", "全体検索済み"},
	VALUE_UNKNOWN,
};

static const struct field_value indicator_shareable[] = {
	{"no", "no", "不可"},
	{"asked", "asked", "承認依頼中"},
	{"approved", "approved", "承認済み"},
	VALUE_UNKNOWN,
};

static const struct field indicator_fields[] = {
	{IS("type", ENUM, "Type", "種別"), ONE_OF(indicator_type, "unknown"), REQUIRED, SHORT},
	{IS("value", TEXT, "Value", "値"), REQUIRED, SHORT, HELP("also defanged: evil[.]example")},
	{IS("role", ENUM, "Role", "役割"), ONE_OF(indicator_role, "unknown"), SHORT},
	{IS("malware", TEXT, "Malware name", "マルウェア名")},
	{IS("first_seen", TIME, "First seen", "初回確認"), TRACE("first seen", "初回確認", "role")},
	{IS("last_seen", TIME, "Last seen", "最終確認"), TRACE("last seen", "最終確認", "role")},
	{IS("seen_on", REFS, "Seen on", "確認資産"), TO("asset")},
	{IS("origin", TEXT, "Source", "入手元"), HELP("where it comes from")},
	{IS("sample", REF, "Sample", "検体"), TO("evidence")},
	{IS("action", ENUM, "Action", "対応"), ONE_OF(indicator_action, "none"), SHORT},
	{IS("action_at", TIME, "Done at", "対応日時"), ACT("indicator", "侵害指標", "action")},
	{IS("swept", ENUM, "Swept for", "検索状況"), ONE_OF(indicator_swept, "not_yet")},
	{IS("shareable", ENUM, "Provider allows sharing", "提供者の共有承認"), ONE_OF(indicator_shareable, "no")},
	{IS("do_not_query", TRI, "Do not look up online", "外部照会禁止"), YES_NO("yes")},
	{IS("false_positive", TRI, "False positive", "誤検知"), YES_NO("unknown")},
};

static const char *const indicator_columns[] = {"type", "value", "role", "action", "swept", "first_seen", "seen_on"};

const struct kind kind_indicator = {
	PLACE(60),
	KIND("indicator", "I", "Indicator", "侵害指標"),
	TRAITS(KIND_INDICATOR),
	.title_field = "value",
	.value_of_type = 1,
	FIELDS(indicator_fields),
	COLUMNS(indicator_columns),
};

static const struct field_value mail_sender_class[] = {
	{"free_mail", "free mail", "フリーメール"},
	{"company", "company", "企業"},
	{"ministry", "ministry", "省庁"},
	{"no_such_domain", "no such domain", "実在しないドメイン"},
	{"iaa", "incorporated administrative agency", "独立行政法人"},
	{"university", "university", "大学"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_integrity[] = {
	{"intact", "original with headers", "原本(ヘッダーあり)"},
	{"partly_deleted", "partly deleted", "一部削除"},
	{"edited", "edited", "加工あり"},
	{"body_only", "body only", "本文のみ"},
	{"screenshot", "screenshot", "画面写し"},
	{"hearsay", "hearsay", "聞き取りのみ"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_obtained[] = {
	{"volunteered", "volunteered", "自発的提供"},
	{"requested", "requested", "依頼による提供"},
	{"found_on_site", "found on site", "現地で発見"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_purpose[] = {
	{"payload", "payload", "攻撃本体"},
	{"probe", "probe (asks for a contact)", "窓口の確認"},
	{"password", "password", "パスワード通知"},
	{"genuine", "genuine mail (original)", "正規メール(原本)"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_class[] = {
	{"compressed", "compressed", "圧縮ファイル添付"},
	{"uncompressed", "uncompressed", "非圧縮ファイル添付"},
	{"url", "URL link", "URLリンク"},
	{"neither", "neither", "添付・リンクなし"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_disguise[] = {
	{"icon", "icon", "アイコン偽装"},
	{"double_extension", "double extension", "二重拡張子"},
	{"rtlo", "right-to-left override", "RLO"},
	{"long_name", "long name", "長いファイル名"},
	{"shortcut", "shortcut", "ショートカット"},
	{"macro", "macro", "マクロ"},
	{"exploit", "exploit", "脆弱性悪用"},
	{"none", "none", "なし"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_reach[] = {
	{"received", "received", "受信のみ"},
	{"opened", "opened", "開封"},
	{"executed", "executed", "添付実行・リンク参照"},
	{"forwarded", "forwarded", "転送"},
	{"deleted", "deleted", "削除"},
	{"blocked", "blocked", "遮断"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_parsed[] = {
	{"whole", "whole", "全体"},
	{"partly", "in part", "一部"},
	{"no", "not read", "不可"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_class_basis[] = {
	{"content", "content", "内容"},
	{"name", "name", "名前"},
	VALUE_UNKNOWN,
};

static const struct field_value mail_sender_basis[] = {
	{"list", "list", "名簿"},
	{"suffix", "suffix", "属性型"},
	{"record", "party on record", "関係者"},
	{"syntax", "syntax", "構文"},
	{"person", "by hand", "手動"},
	{"unverified", "unverified", "未確認"},
	VALUE_UNKNOWN,
};

static const struct field mail_fields[] = {
	{IS("subject", TEXT, "Subject", "件名"), REQUIRED, SHORT},
	{IS("from", TEXT, "Sender as shown", "差出人(表示)"), SHORT, HELP("as shown")},
	{IS("from_addr", ADDRESS, "From address", "Fromアドレス"), SHORT},
	{IS("sender_class", ENUM, "Sender class (A-2)", "送信元区分"), ONE_OF(mail_sender_class, "unknown")},
	{IS("envelope_from", ADDRESS, "Envelope sender", "エンベロープFrom")},
	{IS("reply_to", ADDRESS, "Reply-To", "返信先")},
	{IS("to", TEXT, "To", "宛先")},
	{IS("cc", TEXT, "Cc", "同報先")},
	{IS("when", TIME, "Received", "受信日時"), SHORT, HELP("received"), TRACE("mail received", "メール受信", "from recipients")},
	{IS("sent", TIME, "Date header", "送信日時(ヘッダー)"), HELP("Date: header")},
	{IS("message_id", TEXT, "Message-ID", "Message-ID")},
	{IS("in_reply_to", TEXT, "In-Reply-To", "In-Reply-To")},
	{IS("references", TEXT, "References", "参照メール(References)")},
	{IS("origin", ADDRESS, "Origin address", "送信元IP"), HELP("first outside Received hop")},
	{IS("authentication", TEXT, "Authentication", "送信ドメイン認証"), HELP("SPF, DKIM, DMARC results")},
	{IS("integrity", ENUM, "Condition", "提供された状態"), ONE_OF(mail_integrity, "unknown"), SHORT},
	{IS("obtained", ENUM, "How obtained", "入手経緯"), ONE_OF(mail_obtained, "unknown")},
	{IS("purpose", ENUM, "What the mail is for", "メールの役割"), ONE_OF(mail_purpose, "unknown")},
	{IS("class", ENUM, "Mail class (Table 1, A-1)", "メール種別"), ONE_OF(mail_class, "unknown"), MACHINE},
	{IS("class_override", ENUM, "Corrected class", "種別(手動訂正)"), ONE_OF(mail_class, "unknown"),
	 HELP("with the reason in a note")},
	{IS("attachments", INT, "Attachments", "添付数"), MACHINE},
	{IS("archives", TEXT, "Archive formats", "圧縮形式"), MACHINE, HELP("format×count (A-3)")},
	{IS("files", TEXT, "File types", "不審ファイル種別"), MACHINE, HELP("type×count (A-4)")},
	{IS("disguise", ENUMS, "Disguise", "偽装"), SOME_OF(mail_disguise)},
	{IS("urls", LONG, "URLs", "URL"), HELP("defanged")},
	{IS("body", LONG, "Text", "本文"), HELP("at most 1 MB of it is read")},
	{IS("attachment_names", LONG, "Names of attachments", "添付ファイル名"), HELP("one on each line")},
	{IS("password", SECRET, "Archive password", "展開パスワード")},
	{IS("recipients", REFS, "Received by", "受信者"), TO("party"), SHORT, HELP("who got it")},
	{IS("reach", ENUM, "What was done with it", "受信後の操作"), ONE_OF(mail_reach, "unknown")},
	{IS("count", INT, "Copies delivered", "配信数"), HELP("copies inside the organisation")},
	{IS("spoofed", REFS, "Spoofed organisation", "詐称された組織"), TO("party")},
	{IS("topic", REFS, "Organisation in the text", "文面に現れる組織"), TO("party")},
	{IS("known_only_to", REFS, "Known only to", "知り得る者"), TO("party"), HELP("content only these could know")},
	{IS("original", REF, "Altered from", "加工元のメール"), TO("mail")},
	{IS("pair", REF, "Belongs with", "関連メール"), TO("mail"), HELP("e.g. the password mail")},
	{IS("sent_from", REFS, "Sent from asset", "送信元資産"), TO("asset"), HELP("sending host, if inside")},
	{IS("consultation", REF, "Consultation", "相談"), TO("consultation")},
	{IS("campaign", TEXT, "Campaign", "類似グループ"), HELP("a name that similar mails share")},
	{IS("sha256", HASH, "SHA-256 of the mail", "メールのSHA-256"), MACHINE},
	{IS("inside", TEXT, "Place in the evidence", "証拠内の位置"), MACHINE, HELP("number of the mail in a mbox")},
	{IS("carrier", TEXT, "Carried by", "転送元のメール"), MACHINE, HELP("Message-ID or SHA-256 of the mail that it came in")},
	{IS("parsed", ENUM, "Read", "解析結果"), ONE_OF(mail_parsed, "unknown"), MACHINE},
	{IS("analysis", HASH, "Analysis", "解析データ"), MACHINE, HELP("digest of what was found in it, kept in the case")},
	{IS("findings", TAGS, "Findings", "検出事項"), MACHINE, HELP("rules that it met")},
	{IS("class_basis", ENUM, "Class by", "種別の根拠"), ONE_OF(mail_class_basis, "unknown"), MACHINE},
	{IS("sender_basis", ENUM, "Sender class by", "送信元区分の根拠"), ONE_OF(mail_sender_basis, "unknown"), MACHINE},
};

static const char *const mail_columns[] = {"when",  "subject",   "from",       "from_addr",
	                                       "class", "integrity", "recipients", "reach"};

const struct kind kind_mail = {
	PLACE(110),
	KIND("mail", "L", "Mail", "不審メール"),
	.title_field = "subject",
	FIELDS(mail_fields),
	COLUMNS(mail_columns),
};

static const struct field_value lead_type[] = {
	{"spoofing_notice", "spoofing notice", "詐称に関する注意喚起"},
	{"vendor_paper", "vendor paper or blog", "事業者のレポート・ブログ"},
	{"social", "social network / search", "SNS・検索"},
	{"announcement", "announced attack or method", "攻撃予告・手口"},
	VALUE_UNKNOWN,
};

static const struct field_value lead_reliability[] = {
	{"A", "A: completely reliable", "A 完全に信頼できる"},
	{"B", "B: usually reliable", "B 通常は信頼できる"},
	{"C", "C: fairly reliable", "C ある程度信頼できる"},
	{"D", "D: not usually reliable", "D 通常は信頼できない"},
	{"E", "E: unreliable", "E 信頼できない"},
	{"F", "F: cannot be judged", "F 判断できない"},
	VALUE_UNKNOWN,
};

static const struct field_value lead_status[] = {
	{"new", "new", "新規"},
	{"assessing", "assessing", "確認中"},
	{"to_contact", "to contact", "連絡予定"},
	{"contacted", "contacted", "連絡済み"},
	{"rescue", "rescue", "レスキュー支援へ移行"},
	{"known", "already known to them", "相手先が認識済み"},
	{"closed", "closed", "終了"},
	VALUE_UNKNOWN,
};

static const struct field lead_fields[] = {
	{IS("title", TEXT, "Title", "件名"), REQUIRED, SHORT},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(lead_type, "unknown"), REQUIRED, SHORT},
	{IS("publisher", TEXT, "Publisher", "発信者"), SHORT},
	{IS("url", URL, "Address", "URL")},
	{IS("published", TIME, "Published", "公開日")},
	{IS("found", TIME, "Found", "発見日"), SHORT},
	{IS("summary", LONG, "Summary", "要旨"), SHORT},
	{IS("names", REFS, "Organisations concerned", "関係組織"), TO("party")},
	{IS("saved", REF, "Saved copy", "保存した写し"), TO("evidence"), HELP("copy, with hash")},
	{IS("reliability", ENUM, "Source reliability", "情報源の信頼度"), ONE_OF(lead_reliability, "unknown"),
	 HELP("as on the Admiralty scale")},
	{IS("status", ENUM, "Status", "状況"), ONE_OF(lead_status, "new"), SHORT},
	{IS("contacts", REFS, "Contacts made", "連絡記録"), TO("contact")},
	{IS("case_id", TEXT, "Case", "事案番号"), HELP("id of the case file it became")},
	{IS("outcome", TEXT, "Outcome", "結果")},
};

static const char *const lead_columns[] = {"found", "title", "type", "publisher", "status", "names"};

const struct kind kind_lead = {
	PLACE(200),
	KIND("lead", "O", "Lead", "公開情報(OSINT)"),
	.title_field = "title",
	FIELDS(lead_fields),
	COLUMNS(lead_columns),
};
