/* What columns of other people's lists are called: headings that mean a field without bearing its name. */
#include "outward/exchange/csv_columns.h"

#include "base/buf.h"
#include "base/fold.h"

#include <stdlib.h>
#include <string.h>

/* Without blanks, of any width, and without what is put behind a name in brackets. */
struct synonyms {
	const char *kind; /* NULL: of any */
	const char *field;
	const char *headings; /* separated by | */
};

static const struct synonyms table[] = {
    {"asset", "hostname",
     "ホスト名|コンピュータ名|コンピューター名|端末名|機器名|PC名|マシン名|サーバ名|サーバー名|ノード名|デバイス名|"
     "資産名|"
     "名称|host name|host|computer|computer name|pc name|machine|machine name|device|device name|server|node|"
     "endpoint|asset name"},
    {"asset", "asset_no",
     "管理番号|資産番号|備品番号|管理No|管理No.|資産No|資産No.|資産管理No|機器番号|端末番号|PC番号|asset number|"
     "asset no|asset no.|asset tag|asset id|inventory no|inventory number|tag"},
    {"asset", "department",
     "部署|部署名|所属|所属部署|部門|部門名|課|課名|係|担当課|使用部署|利用部署|設置部署|"
     "department|dept|dept.|division|section|team|owner department"},
    {"asset", "user",
     "使用者|使用者名|利用者|利用者名|ユーザ|ユーザー|ユーザ名|ユーザー名|氏名|社員名|職員名|担当者|使用者氏名|"
     "user|user name|username|used by|assigned to|owner|employee"},
    {"asset", "admin", "管理者|管理担当|管理者名|管理責任者|administrator|admin|managed by"},
    {"asset", "addresses",
     "IPアドレス|IP|IPv4|IPv4アドレス|IPv6アドレス|アドレス|ip address|ip addr|ipv4 address|address"},
    {"asset", "mac", "MACアドレス|MAC|物理アドレス|mac address|physical address|ethernet"},
    {"asset", "os", "OS|OS名|OS種別|基本ソフト|オペレーティングシステム|operating system|os name|os version|platform"},
    {"asset", "model", "機種|機種名|型番|型式|モデル|メーカー|製品名|model|model name|make and model|product"},
    {"asset", "serial",
     "シリアル|シリアル番号|シリアルNo|シリアルNo.|S/N|製造番号|製造No|serial|serial no|serial no.|s/n"},
    {"asset", "domain", "ドメイン名|所属ドメイン|ワークグループ|domain|workgroup|ad domain"},
    {"asset", "zone", "セグメント|VLAN|ネットワーク|サブネット|segment|network|subnet|vlan"},
    {"asset", "type", "種類|区分|機器種別|端末種別|資産区分|device type|asset type|category"},
    {"asset", "status", "状態|感染状況|調査結果|確認結果|finding|infection"},
    {"asset", "security_product", "ウイルス対策|ウイルス対策ソフト|アンチウイルス|EDR|antivirus|anti-virus|av|edr"},
    {"account", "name",
     "アカウント|アカウント名|ユーザID|ユーザーID|ログインID|ログイン名|account|account name|login|user id|logon name"},
    {"indicator", "value", "値|指標|IOC|IoC|indicator|ioc|observable|artifact"},
    {"indicator", "type", "種類|区分|ioc type|indicator type|observable type"},
    {"party", "name", "氏名|名前|組織名|会社名|機関名|団体名|organization|organisation|company|full name"},
    {"party", "post", "役職名|肩書|肩書き|job title|position"},
    {"party", "phone", "電話番号|TEL|内線|内線番号|phone number|tel|telephone|extension"},
    {"party", "mail", "メールアドレス|E-mail|email|mail address|e-mail address"},
    {NULL, CSV_REMARK,
     "備考|備考欄|コメント|メモ|摘要|特記事項|注記|補足|remark|remarks|comment|comments|note|notes|memo"},
};

/* As a heading is compared: folded, without blanks, without "(…)" at its end. */
static char *heading_key(const char *text, size_t n)
{
	struct buf folded = BUF_INIT;
	text_fold(&folded, text, n);
	size_t kept = 0;
	for (size_t i = 0; i < folded.len; i++)
		if ((unsigned char)folded.data[i] > ' ')
			folded.data[kept++] = folded.data[i];
	buf_truncate(&folded, kept);
	char *open = folded.len && folded.data[folded.len - 1] == ')' ? strchr(folded.data, '(') : NULL;
	if (open && open > folded.data)
		buf_truncate(&folded, (size_t)(open - folded.data));
	return buf_take(&folded, NULL);
}

const char *csv_synonym(const struct kind *kind, const char *heading)
{
	char *wanted = heading_key(heading, strlen(heading));
	const char *found = NULL;
	for (size_t i = 0; *wanted && !found && i < sizeof table / sizeof *table; i++) {
		if (table[i].kind && strcmp(table[i].kind, kind->name) != 0)
			continue;
		for (const char *p = table[i].headings; *p && !found;) {
			size_t n = strcspn(p, "|");
			char *one = heading_key(p, n);
			if (strcmp(one, wanted) == 0)
				found = table[i].field;
			free(one);
			p += n + (p[n] == '|');
		}
	}
	free(wanted);
	return found;
}
