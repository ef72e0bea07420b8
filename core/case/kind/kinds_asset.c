/* The network on site: assets, accounts, sites, logs, and the checks that a finding rests on. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field_value asset_type[] = {
	{"terminal", "terminal", "端末"},
	{"server", "server", "サーバ"},
	{"domain_controller", "domain controller (AD)", "ADサーバ"},
	{"file_server", "file server", "ファイルサーバ"},
	{"mail_server", "mail server", "メールサーバ"},
	{"web_server", "public web server", "公開Webサーバ"},
	{"proxy", "proxy", "プロキシ"},
	{"firewall", "firewall", "ファイアウォール"},
	{"vpn", "VPN device", "VPN装置"},
	{"webmail", "external webmail", "外部Webメール"},
	{"internet_link", "internet link", "インターネット接続回線"},
	{"network_device", "network device", "ネットワーク機器"},
	{"wireless", "wireless", "無線AP"},
	{"hypervisor", "hypervisor", "仮想基盤"},
	{"backup", "backup", "バックアップ装置"},
	{"cloud", "cloud", "クラウド"},
	{"mobile", "mobile", "モバイル端末"},
	{"ot", "control system", "制御機器"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_status[] = {
	{"unchecked", "unchecked", "未確認"},
	{"suspected", "suspected", "疑いあり"},
	{"infected", "infected", "感染"},
	{"compromised", "compromised (no malware)", "侵害(不正アクセス)"},
	{"clean", "no trace found", "痕跡なし"},
	{"excluded", "excluded", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_containment[] = {
	{"connected", "connected", "接続中"},
	{"requested", "requested", "隔離依頼中"},
	{"isolated", "isolated", "隔離済み"},
	{"partial", "partial", "一部隔離"},
	{"monitored", "left connected, watched", "監視下で接続継続"},
	{"released", "released", "隔離解除"},
	{"not_applicable", "not applicable", "対象外"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_isolation_method[] = {
	{"cable", "cable unplugged", "ケーブル抜線"},
	{"switch_port", "switch port shut", "スイッチポート遮断"},
	{"vlan", "VLAN changed", "VLAN変更"},
	{"firewall", "blocked at the firewall", "ファイアウォール遮断"},
	{"edr", "isolated by EDR", "EDR隔離"},
	{"wireless_off", "wireless switched off", "無線停止"},
	{"host_firewall", "settings on the host", "端末側設定"},
	{"power_off", "power off", "電源断"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_isolation_verified[] = {
	{"both_sides", "both sides", "双方向で確認"},
	{"one_side", "one side", "片側のみ確認"},
	{"not_verified", "not verified", "未確認"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_preserved[] = {
	{"memory", "memory", "メモリ"},
	{"volatile", "volatile", "揮発性情報"},
	{"triage", "triage", "簡易収集(ファストフォレンジック)"},
	{"disk", "disk", "ディスク"},
	{"logs", "logs", "ログ"},
	{"none_possible", "none possible", "保全不可"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_recovery[] = {
	{"none", "none", "未着手"},
	{"rebuilding", "rebuilding", "再構築中"},
	{"restored", "restored", "復旧済み"},
	{"retired", "retired", "廃止"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_power[] = {
	{"on", "on", "稼働中"},
	{"sleep", "sleep", "スリープ"},
	{"off", "off", "停止"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_encryption[] = {
	{"none", "none", "なし"},
	{"bitlocker", "BitLocker", "BitLocker"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_criticality[] = {
	{"high", "high", "高"},
	{"medium", "medium", "中"},
	{"low", "low", "低"},
	VALUE_UNKNOWN,
};

static const struct field_value asset_route[] = {
	{"mail_attachment", "mail attachment", "メール添付"},
	{"mail_link", "mail link", "メール内リンク"},
	{"watering_hole", "watering hole", "水飲み場攻撃"},
	{"vulnerability", "vulnerability", "脆弱性悪用"},
	{"stolen_account", "stolen account", "認証情報の悪用"},
	{"lateral", "from another host", "他端末から"},
	{"removable_media", "removable media", "外部媒体"},
	{"supply_chain", "supply chain", "サプライチェーン"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field asset_fields[] = {
	{IS("hostname", TEXT, "Name", "名称(ホスト名)"), REQUIRED, SHORT, HELP("also \"VPN line 2\", \"AP 3F\"")},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(asset_type, "unknown"), SHORT},
	{IS("is_exit", TRI, "Reaches the outside", "外部接続点"), YES_NO("unknown")},
	{IS("status", ENUM, "Finding", "判定"), ONE_OF(asset_status, "unchecked"), REQUIRED, SHORT},
	{IS("checked_at", TIME, "Checked at", "確認日時")},
	{IS("checked_by", REF, "Checked by", "判定の根拠(検査)"), TO("check"), HELP("the latest check behind the finding")},
	{IS("containment", ENUM, "Containment", "隔離状況"), ONE_OF(asset_containment, "connected"), SHORT},
	{IS("isolation_requested", TIME, "Isolation requested", "隔離依頼日時"),
	 ACT("isolation requested", "隔離を依頼", "isolation_decision")},
	{IS("isolation_done", TIME, "Isolation done", "隔離実施日時"),
	 ACT("isolated", "隔離", "isolation_method isolation_by")},
	{IS("isolation_method", ENUM, "How isolated", "隔離方法"), ONE_OF(asset_isolation_method, "unknown")},
	{IS("isolation_by", REF, "Isolated by", "隔離実施者"), TO("party")},
	{IS("isolation_decision", REF, "Decision", "隔離の決定"), TO("decision")},
	{IS("business_effect", TEXT, "Business effect", "業務影響")},
	{IS("isolation_verified", ENUM, "Isolation verified", "隔離の確認"), ONE_OF(asset_isolation_verified, "unknown")},
	{IS("isolation_verified_at", TIME, "Verified at", "隔離確認日時"),
	 ACT("isolation verified", "隔離を確認", "isolation_verified")},
	{IS("undo", TEXT, "How to undo", "解除手順"), HELP("port, VLAN, rule to restore")},
	{IS("release_condition", TEXT, "May be released when", "解除条件")},
	{IS("preserved", ENUMS, "Preserved", "保全済みの範囲"), SOME_OF(asset_preserved)},
	{IS("recovery", ENUM, "Recovery", "復旧状況"), ONE_OF(asset_recovery, "none")},
	{IS("power", ENUM, "Power state found", "発見時の電源状態"), ONE_OF(asset_power, "unknown")},
	{IS("prior_actions", LONG, "Done to it before us", "発見後に行われた操作"), SHORT,
	 HELP("scan, reboot, re-install, log-on before we came")},
	{IS("encryption", ENUM, "Disk encryption", "ディスク暗号化"), ONE_OF(asset_encryption, "unknown")},
	{IS("recovery_key", SECRET, "Recovery key", "回復キー")},
	{IS("clock_offset", DURATION, "Clock offset", "時計のずれ"), HELP("asset − reference")},
	{IS("clock_checked", TIME, "Offset measured at", "時計確認日時")},
	{IS("clock_reference", TEXT, "Measured against", "基準時計"), HELP("NTP, radio clock, mobile network")},
	{IS("timezone", TEXT, "Time zone", "タイムゾーン"), HELP("IANA name or offset")},
	{IS("site", REF, "Site", "拠点"), TO("site")},
	{IS("zone", TEXT, "Zone", "ネットワーク区画"), HELP("segment, VLAN")},
	{IS("department", TEXT, "Owner department", "所管部署"), SHORT},
	{IS("user", REF, "User", "利用者"), TO("party")},
	{IS("admin", REF, "Administrator", "管理者"), TO("party")},
	{IS("vendor", REF, "Vendor / operator", "ベンダー・運用会社"), TO("party")},
	{IS("asset_no", TEXT, "Inventory number", "資産管理番号")},
	{IS("addresses", TEXT, "IP addresses", "IPアドレス"), SHORT, HELP("IP addresses, comma list; when it had one that others had too: 192.0.2.7 2014-11-01/2014-11-20")},
	{IS("mac", TEXT, "MAC address", "MACアドレス")},
	{IS("domain", TEXT, "Domain / workgroup", "ドメイン")},
	{IS("os", TEXT, "OS and version", "OS・バージョン")},
	{IS("model", TEXT, "Maker and model", "メーカー・型番")},
	{IS("serial", TEXT, "Serial number", "製造番号")},
	{IS("security_product", TEXT, "Security product", "セキュリティ対策製品"), HELP("EDR/AV and its version")},
	{IS("criticality", ENUM, "Importance to business", "業務重要度"), ONE_OF(asset_criticality, "unknown")},
	{IS("first_compromised", TIME, "First compromised", "最初の侵害時期")},
	{IS("route", ENUM, "Infection route", "感染経路"), ONE_OF(asset_route, "unknown")},
};

static const char *const asset_columns[] = {"hostname", "type",      "status",     "containment",
	                                        "recovery", "addresses", "department", "user"};

const struct kind kind_asset = {
	PLACE(20),
	KIND("asset", "A", "Asset", "資産"),
	TRAITS(KIND_ASSET | KIND_QUICK | KIND_THING),
	.title_field = "hostname",
	FIELDS(asset_fields),
	COLUMNS(asset_columns),
};

static const struct field_value account_privilege[] = {
	{"domain_admin", "domain admin", "ドメイン管理者"},
	{"local_admin", "local admin", "ローカル管理者"},
	{"service", "service", "サービス"},
	{"user", "user", "一般"},
	{"external", "external", "外部サービス"},
	VALUE_UNKNOWN,
};

static const struct field_value account_status[] = {
	{"unchecked", "unchecked", "未確認"},
	{"suspected", "suspected", "疑いあり"},
	{"compromised", "compromised", "侵害"},
	{"attacker_made", "made by the attacker", "攻撃者作成"},
	{"clean", "no trace found", "痕跡なし"},
	VALUE_UNKNOWN,
};

static const struct field_value account_action[] = {
	{"none", "none", "未対応"},
	{"disabled", "disabled", "停止"},
	{"reset", "reset", "パスワード変更"},
	{"reset_twice", "reset twice (krbtgt)", "2回変更(krbtgt)"},
	{"sessions_ended", "sessions ended", "セッション無効化"},
	VALUE_UNKNOWN,
};

static const struct field account_fields[] = {
	{IS("name", TEXT, "Account", "アカウント名"), REQUIRED, SHORT},
	{IS("domain", TEXT, "Domain / system", "ドメイン・システム")},
	{IS("privilege", ENUM, "Privilege", "権限"), ONE_OF(account_privilege, "unknown"), SHORT},
	{IS("status", ENUM, "Finding", "判定"), ONE_OF(account_status, "unchecked"), SHORT},
	{IS("action", ENUM, "Action", "対応"), ONE_OF(account_action, "none")},
	{IS("action_at", TIME, "Done at", "対応日時"), ACT("account", "アカウント", "action")},
	{IS("owner", REF, "Owner", "利用者"), TO("party")},
	{IS("seen_on", REFS, "Used on", "使用資産"), TO("asset")},
};

static const char *const account_columns[] = {"name", "domain", "privilege", "status", "action", "owner"};

const struct kind kind_account = {
	PLACE(130),
	KIND("account", "U", "Account", "アカウント"),
	TRAITS(KIND_THING),
	.title_field = "name",
	FIELDS(account_fields),
	COLUMNS(account_columns),
};

static const struct field_value site_count_source[] = {
	{"inventory_tool", "inventory tool", "IT資産管理ツール"},
	{"directory", "directory", "AD登録"},
	{"dhcp", "DHCP", "DHCP・ネットワーク"},
	{"ledger", "ledger", "台帳"},
	{"told", "told", "聞き取り"},
	VALUE_UNKNOWN,
};

static const struct field site_fields[] = {
	{IS("name", TEXT, "Name", "拠点名"), REQUIRED, SHORT},
	{IS("overseas", TRI, "Abroad", "海外拠点"), YES_NO("unknown")},
	{IS("terminals", INT, "Terminals expected", "端末数(想定)"), SHORT},
	{IS("servers", INT, "Servers expected", "サーバ数(想定)"), SHORT},
	{IS("count_source", ENUM, "Where the number comes from", "台数の根拠"), ONE_OF(site_count_source, "unknown"),
	 SHORT},
	{IS("responsible", REF, "Responsible", "所管"), TO("party")},
	{IS("exits", TEXT, "Network exits", "外部接続点")},
};

static const char *const site_columns[] = {"name", "terminals", "servers", "count_source", "overseas", "exits"};

const struct kind kind_site = {
	PLACE(150),
	KIND("site", "Z", "Site", "拠点・範囲"),
	TRAITS(KIND_THING),
	.title_field = "name",
	FIELDS(site_fields),
	COLUMNS(site_columns),
};

static const struct field_value logsource_type[] = {
	{"firewall", "firewall", "ファイアウォール"},
	{"proxy", "proxy", "プロキシ"},
	{"dns", "DNS", "DNS"},
	{"vpn", "VPN", "VPN"},
	{"mail", "mail", "メール"},
	{"ad", "AD / authentication", "AD・認証"},
	{"endpoint", "endpoint", "端末イベントログ"},
	{"web", "web", "公開Web"},
	{"edr", "EDR", "EDR"},
	{"dhcp", "DHCP", "DHCP"},
	{"cloud", "cloud", "クラウド"},
	{"other", "other", "その他"},
	VALUE_UNKNOWN,
};

static const struct field logsource_fields[] = {
	{IS("name", TEXT, "Log", "ログ名"), REQUIRED, SHORT},
	{IS("asset", REF, "On asset", "対象機器"), TO("asset"), REQUIRED, SHORT},
	{IS("type", ENUM, "Type", "種別"), ONE_OF(logsource_type, "unknown"), SHORT},
	{IS("enabled", TRI, "Recorded", "取得の有無"), YES_NO("unknown"), HELP("is it audited at all?")},
	{IS("from", TIME, "Oldest entry", "最古の記録"), SHORT},
	{IS("until", TIME, "Newest entry", "最新の記録")},
	{IS("retention", DURATION, "Kept for", "保存期間")},
	{IS("rotates", TIME, "Next loss", "消失予定"), SHORT, HELP("lost after this")},
	{IS("timezone", TEXT, "Time zone", "タイムゾーン")},
	{IS("gaps", LONG, "Gaps", "欠落")},
	{IS("holder", REF, "Held by", "保有者"), TO("party")},
	{IS("preserved", REFS, "Preserved as", "保全した証拠"), TO("evidence")},
};

static const char *const logsource_columns[] = {"name", "asset", "type", "from", "until", "rotates", "preserved"};

const struct kind kind_logsource = {
	PLACE(160),
	KIND("logsource", "G", "Log", "ログ"),
	TRAITS(KIND_THING),
	.title_field = "name",
	FIELDS(logsource_fields),
	COLUMNS(logsource_columns),
};

static const struct field_value check_method[] = {
	{"indicator_sweep", "indicator sweep", "侵害指標の検索"},
	{"antivirus", "antivirus", "ウイルススキャン"},
	{"persistence", "persistence", "自動起動等の確認"},
	{"triage", "triage", "簡易調査"},
	{"full_forensics", "full forensics", "詳細調査"},
	{"log_search", "log search", "ログ検索"},
	{"interview", "interview", "聞き取り"},
	VALUE_UNKNOWN,
};

static const struct field_value check_result[] = {
	{"found", "found", "痕跡あり"},
	{"not_found", "not found", "痕跡なし(検査範囲内)"},
	{"inconclusive", "inconclusive", "判定不能"},
	{"not_done", "not done", "未実施"},
	VALUE_UNKNOWN,
};

static const struct field check_fields[] = {
	{IS("on", REFS, "On assets", "対象"), TO("asset"), SHORT, HELP("must be given, unless its rows come from evidence")},
	{IS("method", ENUM, "Method", "方法"), ONE_OF(check_method, "unknown"), REQUIRED, SHORT},
	{IS("indicators", REFS, "Indicators used", "使用した侵害指標"), TO("indicator"), HELP("the set in force then")},
	{IS("period", TIME, "Period covered", "調査対象期間"), HELP("interval looked at")},
	{IS("when", TIME, "When", "実施日時"), REQUIRED, SHORT, ACT("check", "検査", "on result by")},
	{IS("by", REF, "By", "実施者"), TO("party"), SHORT},
	{IS("result", ENUM, "Result", "結果"), ONE_OF(check_result, "unknown"), REQUIRED, SHORT},
	{IS("limits", LONG, "Limits", "検査の限界"), SHORT, HELP("what it could not see")},
};

static const char *const check_columns[] = {"when", "on", "method", "result", "by", "limits"};

const struct kind kind_check = {
	PLACE(140),
	KIND("check", "K", "Check", "検査"),
	.title_field = "method",
	FIELDS(check_fields),
	COLUMNS(check_columns),
};
