/* What is kept: evidence, its custody, and the media that touched a machine. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field_value evidence_type[] = {
	{"memory", "memory", "メモリイメージ"},
	{"disk_image", "disk image", "ディスクイメージ"},
	{"volatile", "volatile", "揮発性情報"},
	{"triage", "triage", "簡易収集データ"},
	{"file", "file", "ファイル"},
	{"sample", "malware sample", "検体"},
	{"log", "log", "ログ"},
	{"mail", "mail", "メール"},
	{"pcap", "packet capture", "通信記録"},
	{"photo", "photo", "写真"},
	{"output", "command output", "コマンド出力"},
	{"document", "document, diagram", "資料・構成図"},
	{"device", "physical item", "現物(機器・媒体)"},
	{"paper", "paper", "紙の記録"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_form[] = {
	{"hash", "hash", "現地ハッシュのみ"},
	{"raw", "raw", "複製(raw)"},
	{"sealed", "encrypted container", "暗号化保管"},
	{"ewf", "ewf", "複製(E01)"},
	{"blob", "blob", "事案ファイル内"},
	{"physical", "physical", "現物"},
	{"elsewhere", "held by another", "他者保管"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_role[] = {
	{"original", "original", "原本"},
	{"master", "storage copy", "保管用複製"},
	{"working", "working copy", "解析用複製"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_method[] = {
	{"live", "live", "稼働中に取得"},
	{"dead", "powered off", "停止状態で取得"},
	{"remote", "remote", "遠隔で取得"},
	{"provided", "provided by others", "提供を受けた"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_write_protect[] = {
	{"hardware", "hardware", "書込み防止装置"},
	{"software", "software", "ソフトウェア"},
	{"none", "none", "なし"},
	{"not_applicable", "not applicable", "該当せず"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_match[] = {
	{"same", "same", "一致"},
	{"different", "different", "不一致"},
	{"not_comparable", "not comparable (live)", "比較不可(稼働中)"},
	{"pending", "pending", "未検証"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_complete[] = {
	{"complete", "complete", "完全"},
	{"partial", "partial", "一部欠落"},
	{"interrupted", "interrupted", "中断"},
	VALUE_UNKNOWN,
};

static const struct field_value evidence_verified[] = {
	{"ok", "ok", "一致"},
	{"failed", "failed", "不一致"},
	{"unreadable", "unreadable", "読取り不能"},
	VALUE_UNKNOWN,
};

static const struct field evidence_fields[] = {
	{IS("title", TEXT, "Title", "件名"), REQUIRED, SHORT},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(evidence_type, "unknown"), SHORT},
	{IS("form", ENUM, "Form", "保管形式"), ONE_OF(evidence_form, "unknown"), MACHINE},
	{IS("role", ENUM, "Original or copy", "原本・複製の別"), ONE_OF(evidence_role, "unknown")},
	{IS("copy_of", REF, "Copy of", "複製元"), TO("evidence")},
	{IS("on", REF, "From asset", "取得元資産"), TO("asset"), SHORT},
	{IS("source_path", TEXT, "Source path or device", "取得元パス"), MACHINE},
	{IS("source_model", TEXT, "Source device model", "取得元機器の型番")},
	{IS("source_serial", TEXT, "Source device serial", "取得元の製造番号")},
	{IS("source_size", SIZE, "Source size", "取得元の容量"), MACHINE},
	{IS("place", TEXT, "Place", "採取場所"), HELP("where found, collected")},
	{IS("found_by", REF, "Found by", "発見者"), TO("party")},
	{IS("collected_by", REF, "Collected by", "採取者"), TO("party"), HELP("default: this responder")},
	{IS("authority", REF, "Consent / authority", "採取の承諾・権限"), TO("decision"), HELP("the decision that allowed it")},
	{IS("witness", REFS, "Witness", "立会人"), TO("party")},
	{IS("started", TIME, "Collection began", "採取開始"), MACHINE, ACT("preserved", "保全", "on form collected_by"),
	 ACT_ELSE("recorded", "記録")},
	{IS("ended", TIME, "Collection ended", "採取終了"), MACHINE},
	{IS("method", ENUM, "Method", "取得方法"), ONE_OF(evidence_method, "unknown")},
	{IS("tool", TEXT, "Tool", "使用ツール")},
	{IS("tool_version", TEXT, "Tool version", "ツールの版")},
	{IS("tool_hash", HASH, "Tool hash", "ツールのハッシュ値")},
	{IS("command", LONG, "Command line", "コマンドライン"), MACHINE, HELP("as run; masked words are shown as such")},
	{IS("masked", TEXT, "Masked", "秘匿した箇所"), MACHINE, HELP("what was masked in the command line and its output")},
	{IS("directory", TEXT, "Working directory", "作業ディレクトリ"), MACHINE},
	{IS("exit_status", TEXT, "Exit status", "終了状態"), MACHINE},
	{IS("stderr_sha256", HASH, "SHA-256 of standard error", "標準エラー出力のSHA-256"), MACHINE},
	{IS("clock", TEXT, "Clock", "採取時の時計"), MACHINE, HELP("synchronised or not; offset of the asset's clock, if known")},
	{IS("write_protect", ENUM, "Write protection", "書込み防止"), ONE_OF(evidence_write_protect, "unknown")},
	{IS("changes", LONG, "Unavoidable changes", "やむを得ない変更と理由"),
	 HELP("what the collection unavoidably changed, by whom, why")},
	{IS("sha256", HASH, "SHA-256", "SHA-256"), MACHINE},
	{IS("md5", HASH, "MD5", "MD5"), MACHINE},
	{IS("sha1", HASH, "SHA-1", "SHA-1"), MACHINE},
	{IS("piece_root", HASH, "Piece digest root", "区間ダイジェスト"), MACHINE, HELP("BLAKE2b root")},
	{IS("source_sha256", HASH, "SHA-256 of source", "取得元のSHA-256"), MACHINE},
	{IS("claimed_hash", TEXT, "Hash stated by others", "他者算出のハッシュ値"),
	 HELP("algorithm:value, by another tool or on paper")},
	{IS("claimed_by", REF, "Stated by", "算出者"), TO("party")},
	{IS("image", TEXT, "Imported image", "取り込んだイメージ"), MACHINE, HELP("form of the source, and how many files")},
	{IS("image_says", LONG, "The image says", "イメージの記載"), MACHINE, HELP("examiner, dates and numbers as its maker wrote them")},
	{IS("stated", LONG, "Stated digests compared", "記載ハッシュ値の照合"), MACHINE, HELP("of the image or its log")},
	{IS("match", ENUM, "Copy equals source", "同一性の検証"), ONE_OF(evidence_match, "unknown"), MACHINE},
	{IS("complete", ENUM, "Complete", "取得の完全性"), ONE_OF(evidence_complete, "unknown"), MACHINE},
	{IS("unread", LONG, "Could not be read", "読取り不能箇所"), MACHINE, HELP("ranges, files")},
	{IS("interruptions", LONG, "Interruptions", "中断の記録"), MACHINE, HELP("when and where work stopped and went on")},
	{IS("hash_due", TIME, "Hash due", "ハッシュ算出期限"), HELP("for physical items: hash/imaging by")},
	{IS("stored_at", TEXT, "Where stored", "保管場所"), SHORT, HELP("cabinet, locker, server path")},
	{IS("copy_path", TEXT, "Path of the copy", "複製の保存先パス"),
	 HELP("absolute path; genba writes it, and you do when the copy was moved")},
	{IS("container_key", SECRET, "Container key", "コンテナの鍵"), MACHINE, HELP("of a sealed container; purging it destroys the content")},
	{IS("medium", REF, "On medium", "保管媒体"), TO("media")},
	{IS("holder", REF, "Held by", "現在の保管者"), TO("party"), MACHINE, HELP("from the last transfer")},
	{IS("seal_no", TEXT, "Seal number", "封印番号"), HELP("physical tamper seal")},
	{IS("password", SECRET, "Password", "パスワード")},
	{IS("personal_data", TRI, "Contains personal data", "個人情報を含む"), YES_NO("unknown")},
	{IS("verified_at", TIME, "Last verified", "最終検証日時"), MACHINE},
	{IS("verified", ENUM, "Last result", "検証結果"), ONE_OF(evidence_verified, "unknown"), MACHINE},
	{IS("from_mail", REF, "From mail", "取得元メール"), TO("mail"), HELP("it was attached to it, or its link led there")},
	{IS("from_url", TEXT, "From URL", "取得元URL"), HELP("defanged")},
	{IS("return_due", TIME, "Return or destroy by", "返却・廃棄期限")},
};

static const char *const evidence_columns[] = {"title",       "form", "source_size", "sha256",   "holder",
	                                           "verified_at", "type", "on",          "stored_at"};

const struct kind kind_evidence = {
	PLACE(30),
	KIND("evidence", "E", "Evidence", "証拠"),
	TRAITS(KIND_EVIDENCE),
	.title_field = "title",
	FIELDS(evidence_fields),
	COLUMNS(evidence_columns),
};

static const struct field_value transfer_action[] = {
	{"collected", "collected", "採取・預り"},
	{"handed_over", "handed over", "引渡し"},
	{"returned", "returned", "返却"},
	{"stored", "stored", "保管"},
	{"taken_out", "taken out", "持出し"},
	{"shipped", "shipped", "送付"},
	{"opened", "opened", "開封"},
	{"resealed", "resealed", "再封印"},
	{"destroyed", "destroyed", "廃棄"},
	VALUE_UNKNOWN,
};

static const struct field_value transfer_means[] = {
	{"by_hand", "by hand", "手渡し"},
	{"courier", "courier", "配送"},
	{"registered_mail", "registered mail", "書留"},
	{"electronic", "electronic", "電子送付"},
	VALUE_UNKNOWN,
};

static const struct field_value transfer_hash_checked[] = {
	{"same", "same", "一致"},
	{"different", "different", "不一致"},
	{"not_checked", "not checked", "未確認"},
	VALUE_UNKNOWN,
};

static const struct field transfer_fields[] = {
	{IS("items", REFS, "Items", "対象物"), TO("any"), REQUIRED, SHORT, HELP("evidence, media, assets")},
	{IS("action", ENUM, "Action", "区分"), ONE_OF(transfer_action, "unknown"), REQUIRED, SHORT},
	{IS("from", REF, "From", "引渡人"), TO("party"), REQUIRED, SHORT},
	{IS("to", REF, "To", "受領人"), TO("party"), REQUIRED, SHORT},
	{IS("when", TIME, "When", "授受日時"), REQUIRED, SHORT, ACT("custody", "証拠の授受", "action from to")},
	{IS("place", TEXT, "Where", "場所")},
	{IS("purpose", TEXT, "Purpose", "目的"), REQUIRED, SHORT},
	{IS("seal_before", TEXT, "Seal number on arrival", "封印番号(受領時)")},
	{IS("seal_intact", TRI, "Seal intact", "封印の異常なし"), YES_NO("unknown")},
	{IS("seal_after", TEXT, "New seal number", "封印番号(再封印後)"), SHORT},
	{IS("condition", TEXT, "Condition", "状態・外観")},
	{IS("means", ENUM, "Means", "手段"), ONE_OF(transfer_means, "unknown")},
	{IS("tracking", TEXT, "Tracking number", "伝票番号")},
	{IS("storage", TEXT, "Storage place and access", "保管場所・入退管理")},
	{IS("hash_checked", ENUM, "Hash on receipt", "受領時のハッシュ照合"), ONE_OF(transfer_hash_checked, "unknown")},
	{IS("witness", REFS, "Witness", "立会人"), TO("party")},
	{IS("accepted", TIME, "Accepted at", "受領確認日時"), HELP("unset = not yet accepted"), ACT("accepted", "受領", "to")},
	{IS("form", REF, "Signed form", "署名済み書面"), TO("evidence"), HELP("scan or photo of the signed form")},
	{IS("head", TEXT, "Case state", "事案記録の状態値"), MACHINE, HELP("commit id and SHA-256 printed on the form")},
	{IS("to_responder", REF, "Recipient's key", "受領人の署名鍵"), TO("responder"), MACHINE, HELP("whose key the copy was made for")},
};

static const char *const transfer_columns[] = {"when", "items", "action", "from", "to", "purpose", "accepted"};

const struct kind kind_transfer = {
	PLACE(170),
	KIND("transfer", "T", "Custody transfer", "証拠の授受"),
	TRAITS(KIND_CUSTODY),
	.title_field = "purpose",
	FIELDS(transfer_fields),
	COLUMNS(transfer_columns),
};

static const struct field_value media_type[] = {
	{"usb_memory", "USB memory", "USBメモリ"},
	{"hdd", "HDD", "HDD"},
	{"ssd", "SSD", "SSD"},
	{"sd", "SD card", "SDカード"},
	{"optical", "optical", "光学ディスク"},
	{"phone", "camera / phone", "カメラ・携帯"},
	{"laptop", "laptop", "作業用PC"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value media_purpose[] = {
	{"tools", "tools", "調査ツール"},
	{"collection", "collection", "採取"},
	{"storage", "storage", "証拠保管"},
	{"transfer", "transfer", "受渡し"},
	{"subject", "subject of the case", "調査対象"},
	VALUE_UNKNOWN,
};

static const struct field media_fields[] = {
	{IS("name", TEXT, "Name", "媒体名"), REQUIRED, SHORT, HELP("the label on the stick")},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(media_type, "unknown"), SHORT},
	{IS("serial", TEXT, "Serial number", "製造番号"), SHORT},
	{IS("capacity", SIZE, "Capacity", "容量")},
	{IS("owner", REF, "Owner", "所有者"), TO("party")},
	{IS("purpose", ENUM, "Purpose", "用途"), ONE_OF(media_purpose, "unknown"), SHORT},
	{IS("encrypted", TRI, "Encrypted", "暗号化"), YES_NO("unknown")},
	{IS("key", SECRET, "Key", "鍵・パスワード")},
	{IS("wiped", TIME, "Wiped at", "消去日時")},
	{IS("wipe_method", TEXT, "Wipe method", "消去方法")},
	{IS("write_switch", TRI, "Write-protect switch", "書込み禁止スイッチ"), YES_NO("unknown")},
	{IS("seal_no", TEXT, "Seal number", "封印番号")},
};

static const char *const media_columns[] = {"name", "type", "serial", "purpose", "owner", "encrypted"};

const struct kind kind_media = {
	PLACE(180),
	KIND("media", "B", "Medium", "媒体"),
	TRAITS(KIND_THING),
	.title_field = "name",
	FIELDS(media_fields),
	COLUMNS(media_columns),
};

static const struct field_value use_mode[] = {
	{"read_only", "read only", "読取りのみ"},
	{"written", "written", "書込みあり"},
	VALUE_UNKNOWN,
};

static const struct field_value use_scan[] = {
	{"clean", "nothing detected", "検出なし"},
	{"detected", "detected", "検出あり"},
	{"not_scanned", "not scanned", "未実施"},
	VALUE_UNKNOWN,
};

static const struct field use_fields[] = {
	{IS("medium", REF, "Medium", "媒体"), TO("media"), REQUIRED, SHORT},
	{IS("asset", REF, "Connected to", "接続先"), TO("asset"), REQUIRED, SHORT},
	{IS("when", TIME, "From", "接続日時"), REQUIRED, SHORT, TRACE("medium connected", "媒体を接続", "medium asset")},
	{IS("until", TIME, "Until", "取外し日時")},
	{IS("mode", ENUM, "Mode", "接続形態"), ONE_OF(use_mode, "unknown")},
	{IS("by", REF, "By", "実施者"), TO("party")},
	{IS("purpose", TEXT, "Purpose", "目的"), SHORT},
	{IS("scan", ENUM, "Scan afterwards", "接続後の検査"), ONE_OF(use_scan, "unknown")},
};

static const char *const use_columns[] = {"when", "medium", "asset", "mode", "by", "purpose", "scan"};

const struct kind kind_use = {
	PLACE(190),
	KIND("use", "Y", "Use of a medium", "媒体の接続記録"),
	.title_field = "purpose",
	FIELDS(use_fields),
	COLUMNS(use_columns),
};
