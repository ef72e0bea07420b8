/*
 * Section 3.1 played by keys, in both languages: the list from Excel, collections read, which hosts since when, the four exits, the
 * domain controllers, isolation with who, when and how, the web shell, VPN and webmail tried, new mails with the same C2 and why
 * they belong together, evidence verified, handed over and merged in between, the reports, and the history read by stock git.
 * With GENBA_LONG the whole site (400 machines, 60 collections); else some 40 machines.
 */
#include "help_large.h"
#include "help_walk.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct walk w;
static struct large_files made;

/* "N something", in a row of its own turn. */
static const char *count_text(const char *before, unsigned n, const char *after)
{
	static char texts[4][96];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	snprintf(text, sizeof texts[0], "%s%u%s", before, n, after);
	return text;
}

static const char *path_of(const char *file)
{
	return program_file(&w.program, file);
}

static void home(void)
{
	walk_press_row(&w, "1", 1, "Board", "ボード");
}

/* The call: what was found, and that we go there. */
static void call(void)
{
	walk_press(&w, "n", "Ctrl-S", "Ctrl-S");
	walk_text(&w, WALK_SAYS(&w, "HQ-PC-017 is slow; a suspicious file", "HQ-PC-017が遅く、不審ファイルを発見"));
	walk_press(&w, KEYS_CTRL_S, "R1-N1", "R1-N1");
	walk_press_row(&w, "D", 1, "Desk", "相談窓口");
	walk_press(&w, "s", "Stage", "段階");
	walk_text(&w, "on_site");
	walk_press(&w, KEYS_ENTER, "(y/n)", "(y/n)");
	walk_press(&w, "y", "Reason:", "理由:");
	walk_text(&w, WALK_SAYS(&w, "RAT found, it may have spread", "RATを発見、拡大のおそれ"));
	walk_press(&w, KEYS_ENTER, "the case is now: on site", "現在の段階: オンサイト");
	home();
}

static void list_of_machines(void)
{
	char *line = xasprintf("import csv %s", path_of("machines.csv"));
	walk_command(&w, line, "Take in a list", "一覧の取込み"); /* which column is what */
	walk_press(&w, KEYS_CTRL_S, count_text("", made.machines, " rows taken in"),
	           count_text("", made.machines, "行を取り込み"));
	free(line);
	terminal_await(w.t, WALK_SAYS(&w, "3 sites in the list", "拠点 3件"));
	walk_press(&w, "3", count_text("Asset · ", made.machines, ""), count_text("資産 · ", made.machines, ""));
	home();
}

/* Each collection becomes evidence of its machine; all are read. */
static void collections(void)
{
	walk_press_row(&w, "4", 1, "Evidence · 0", "証拠 · 0");
	walk_press_row(&w, "P", -1, ":preserve", ":preserve");
	walk_text(&w, path_of("collections"));
	walk_press(&w, KEYS_ENTER, "each thing in it", "中の一つ一つ");
	walk_press(&w, KEYS_DOWN, "> each thing in it", "> 中の一つ一つ");
	walk_press(&w, KEYS_ENTER, "> hash", "> hash");
	walk_press_row(&w, KEYS_ENTER, 1, "preserve --each", "preserve --each"); /* what was made, over the list */
	walk_press_row(&w, KEYS_ESCAPE, 1, count_text("Evidence · ", made.collections, ""),
	               count_text("証拠 · ", made.collections, ""));
	walk_press(&w, "M", "(y/n)", "(y/n)");
	walk_press_row(&w, "y", 1, count_text("", made.collections, " marked"),
	               count_text("印 ", made.collections, "件"));
	walk_press_row(&w, "t", -1, "R1-K1  ",
	               "R1-K1  "); /* told below when all are read; among the rows before that */
}

/* Which hosts, since when: the slow terminal first, and the domain controllers. What goes on record as events. */
static void hosts_since_when(void)
{
	walk_press_row(&w, "h", 1, count_text("", made.collections, " hosts"), count_text("", made.collections, "台"));
	terminal_await_row(w.t, 3, "HQ-PC-017          2014-03-11");
	terminal_await(w.t, "HQ-AD-01           2014-05-12");
	walk_press(&w, "h", "How it ran", "実行");
}

/* What was found in the analysis of the file: the C2, by name and address, and the file itself. */
static void indicators(void)
{
	static const char *const values[] = {"www.sync-update.example", "198.51.100.44", "mgrsvc.exe"};
	walk_press_row(&w, "7", 1, "Indicator · 0", "侵害指標 · 0");
	for (unsigned i = 0; i < 3; i++) {
		char label[16];
		snprintf(label, sizeof label, "R1-I%u ", i + 1);
		walk_press_row(&w, "a", 1, "New: Indicator", "新規: 侵害指標");
		walk_press_row(&w, KEYS_DOWN, -2, " 2/", " 2/");
		walk_press_row(&w, KEYS_ENTER, -1, "Value", "値");
		walk_text(&w, values[i]);
		walk_press_row(&w, KEYS_ENTER, -2, " 3/", " 3/");
		walk_press_row(&w, KEYS_CTRL_S, 1, "Indicator · ", "侵害指標 · ");
		terminal_await(w.t, label);
	}
}

static void preserve_log(const char *file, const char *machine, const char *label)
{
	char *line = xasprintf("%s --on %s --type log --as hash", path_of(file), machine);
	walk_press_row(&w, "P", -1, ":preserve", ":preserve");
	walk_text(&w, line);
	walk_press_row(&w, KEYS_ENTER, -1, label, label);
	free(line);
}

/* The logs of the four exits, and what goes to the C2: by which exits, from which machines. */
static void exits(void)
{
	static const char *const machines[] = {"FW-HQ", "FW-BR", "FW-OV", "FW-LAB"};
	unsigned first = made.collections + 1;
	walk_press_row(&w, "4", 1, "Evidence", "証拠");
	for (unsigned i = 0; i < 4; i++) {
		char file[24];
		snprintf(file, sizeof file, "exit-%u.log", i + 1);
		preserve_log(file, machines[i], count_text("R1-E", first + i, " "));
	}
	walk_press_row(&w, "W", 1, "Sweep", "検索");
	terminal_await(w.t, WALK_SAYS(&w, "3 indicators not swept yet", "3件"));
	walk_press(&w, "s", "3 indicators; ", "侵害指標 3件");
	terminal_await(w.t, "405 ");
	walk_press_row(&w, "e", 1, "By machine", "機器別");
	for (unsigned i = 0; i < 4; i++)
		terminal_await(w.t, machines[i]);
	terminal_await_row(w.t, 6, "●"); /* four exits, before the collections */
	terminal_await_row(w.t, 7, "HQ-PC-017");
	walk_press_row(&w, "h", 1, "hosts", "台");
	walk_press(&w, "h", "405 ", "405 ");
	walk_press(&w, "A", "fields taken over", "項目");
}

/* The machines that have the file are infected: on record, and cut off, but the two on which everybody depends. */
static void infected_and_isolated(void)
{
	home();
	walk_press_row(&w, "W", 1, "Sweep", "検索");
	terminal_await_row(w.t, 3, "mgrsvc.exe");
	walk_press_row(&w, "a", 1, count_text("Asset · ", made.infected, " of"),
	               count_text("件中", made.infected, "件"));
	walk_press(&w, "M", "(y/n)", "(y/n)");
	walk_press_row(&w, "y", 1, count_text("", made.infected, " marked"), count_text("印 ", made.infected, "件"));
	walk_press(&w, "b", "Set which field", "件に設定する項目");
	walk_text(&w, WALK_SAYS(&w, "Finding", "判定"));
	walk_press_gone(&w, KEYS_ENTER, "Set which field", "件に設定する項目");
	walk_text(&w, WALK_SAYS(&w, "infected", "感染"));
	walk_press(&w, KEYS_ENTER, "set in one action", "一つの操作で設定");
	walk_press(&w, "M", "(y/n)", "(y/n)");
	walk_press_row(&w, "y", 1, count_text("", made.infected, " marked"), count_text("印 ", made.infected, "件"));
	walk_press_row(&w, "g", -2, " 1/", " 1/"); /* the domain controllers: everybody depends on them */
	walk_press_row(&w, "m", 1, count_text("", made.infected - 1, " marked"),
	               count_text("印 ", made.infected - 1, "件"));
	walk_press_row(&w, "m", 1, count_text("", made.infected - 2, " marked"),
	               count_text("印 ", made.infected - 2, "件"));
	walk_press(&w, "i", "Isolation done: now", "隔離実施日時: 今");
	walk_press(&w, KEYS_ENTER, "me: Responder One", "自分: Responder One");
	walk_press(&w, KEYS_ENTER, "How isolated:", "隔離方法:");
	walk_text(&w, "cable");
	walk_press(&w, KEYS_ENTER, count_text("isolated: ", made.infected - 2, ", in one"),
	           count_text("", made.infected - 2, "台の隔離"));
	walk_press_row(&w, KEYS_ESCAPE, 1, count_text("Asset · ", made.machines, ""),
	               count_text("資産 · ", made.machines, ""));
	home();
	terminal_await(w.t, "HQ-AD-01");
	terminal_await(w.t, "HQ-AD-02");
}

/* The row of the view that holds the words. */
static void find_row(const char *words, const char *seen)
{
	walk_press_row(&w, "/", -1, "/", "/");
	walk_text(&w, words);
	walk_press(&w, KEYS_ENTER, seen, seen);
	walk_press_gone(&w, KEYS_ESCAPE, "Esc ends the search", "Esc で検索を終え");
}

/* The row under the cursor: its question, the answer, and what is seen then. */
static void fill_row(const char *en, const char *ja, const char *value, const char *seen)
{
	walk_press_row(&w, KEYS_ENTER, -1, en, ja);
	walk_text(&w, value);
	walk_press_row(&w, KEYS_ENTER, -2, seen, seen);
}

/* The first steps of its playbook, for both controllers: which log reaches how far, what the attacker holds, by the command that
 * the step offers, and that no foothold is unknown. */
static void directory_steps(void)
{
	walk_press_row(&w, KEYS_ENTER, 1, "Step", "手順");
	walk_press_row(&w, KEYS_ENTER, 1, "New: Log", "新規: ログ");
	terminal_await(w.t, "HQ-AD-01");
	fill_row("Log:", "ログ名:", "Security", " 2/");
	walk_press(&w, KEYS_CTRL_S, "HQ-AD-02", "HQ-AD-02"); /* a log is of one machine: the next one is asked for */
	fill_row("Log:", "ログ名:", "Security", " 2/");
	walk_press_row(&w, KEYS_CTRL_S, 1, "Step", "手順");
	walk_press(&w, KEYS_CTRL_S, "next: What does the attacker", "次: 攻撃者が");
	walk_press(&w, "o", "genba findings --hosts", "genba findings --hosts");
	walk_press(&w, KEYS_DOWN, "> genba findings --hosts", "> genba findings --hosts");
	walk_press_row(&w, KEYS_ENTER, 1, "Offered command", "提案コマンド");
	walk_press_row(&w, KEYS_ENTER, -1, ":findings --hosts", ":findings --hosts");
	walk_press_row(&w, KEYS_ENTER, 1, "findings --hosts", "findings --hosts");
	terminal_await(w.t, WALK_SAYS(&w, "this does not suffice", "まだ足りません"));
	walk_press_row(&w, KEYS_ESCAPE, 1, "Playbook", "プレイブック");
	walk_press_row(&w, KEYS_ENTER, 1, "Step", "手順");
	walk_press_row(&w, KEYS_ENTER, 1, "New: Account", "新規: アカウント");
	fill_row("Account:", "アカウント名:", "L\\svc-backup", " 2/");
	walk_press_row(&w, KEYS_CTRL_S, 1, "Step", "手順");
	walk_press(&w, KEYS_CTRL_S, "next: Is a foothold", "次: 未把握の");
	walk_press(&w, "N", "next: Plan one", "次: 一連の");
}

/* The domain controllers: the directory was copied. It becomes an event, and the playbook for it begins. */
static void directory(void)
{
	walk_press_row(&w, "T", 1, "Triage", "簡易調査");
	find_row(WALK_SAYS(&w, "database of the", "ディレクトリのデ"), "credential.ntds");
	walk_press_row(&w, "p", 1, "R1-V1", "R1-V1");
	terminal_await(w.t, "ntdsutil");
	walk_press_row(&w, KEYS_ESCAPE, 1, "Triage", "簡易調査");
	walk_press_row(&w, "a", 1, "Asset · 2 of", "件中2件");
	walk_press(&w, "M", "(y/n)", "(y/n)");
	walk_press_row(&w, "y", 1, "2 marked", "印 2件");
	walk_press(&w, "P", "directory", "directory");
	walk_text(&w, "directory");
	walk_press(&w, KEYS_ENTER, "no further asset", "ほかの資産な");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-J1", "R1-J1");
	directory_steps();
	home();
}

/* The decision that a step wants: a record of its own, written from within the step, though there is an older one. */
static void decide(const char *question, const char *choice, const char *reason)
{
	walk_press_row(&w, "k", -2, " 1/", " 1/");
	walk_press(&w, KEYS_ENTER, "> write a new one", "> 新しく記録する");
	walk_press_row(&w, KEYS_ENTER, 1, "New: Decision", "新規: 決定");
	fill_row("Question", "決定事項", question, " 2/");
	fill_row("Decided", "決定内容", choice, " 3/");
	walk_press(&w, KEYS_ENTER, "the text stays", "入力は残る");
	walk_text(&w, reason);
	walk_press_row(&w, KEYS_CTRL_S, -2, " 4/", " 4/");
	walk_press_row(&w, KEYS_ENTER, -1, "Decided by", "決定者");
	walk_press_row(&w, KEYS_ENTER, -2, " 5/", " 5/");
	fill_row("When", "日時", "now", " 6/");
	walk_press_row(&w, KEYS_CTRL_S, 1, "Step", "手順");
}

/* The web shell: what shows it, the playbook for it, and the server cut off by that: who, when, how. */
static void web_shell(void)
{
	walk_press_row(&w, "T", 1, "Triage", "簡易調査");
	find_row(WALK_SAYS(&w, "was asked to run", "コマンドの実行"), "persistence.webshell-request");
	walk_press_row(&w, "p", 1, "R1-V2", "R1-V2");
	walk_press_row(&w, KEYS_ESCAPE, 1, "Triage", "簡易調査");
	walk_press_row(&w, "a", 1, "Asset · 1 of", "件中1件");
	walk_press(&w, "b", "Set which field", "件に設定する項目");
	walk_text(&w, WALK_SAYS(&w, "Finding", "判定"));
	walk_press_gone(&w, KEYS_ENTER, "Set which field", "件に設定する項目");
	walk_text(&w, "compromised");
	walk_press(&w, KEYS_ENTER, "set in one action", "一つの操作で設定");
	walk_press(&w, "P", "webshell", "webshell");
	walk_text(&w, "webshell");
	walk_press(&w, KEYS_ENTER, "no further asset", "ほかの資産な");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-J2", "R1-J2");
	walk_press(&w, KEYS_ENTER, "next: Can the server", "次: サーバを");
	walk_press(&w, "y", "next: Take the way in", "次: 侵入経路を");
	walk_press_row(&w, KEYS_ENTER, 1, "Step", "手順");
	decide(WALK_SAYS(&w, "Stop the web server?", "Webサーバを停止するか"), WALK_SAYS(&w, "Yes", "停止する"),
	       WALK_SAYS(&w, "A web shell is used", "WebShellが使われている"));
	fill_row("How isolated", "隔離方法", "firewall", " 3/");
	fill_row("Isolation done", "隔離実施日時", "now", " 4/");
	walk_press_row(&w, KEYS_ENTER, -1, "Isolated by", "隔離実施者");
	walk_press_row(&w, KEYS_ENTER, -2, " 5/", " 5/");
	fill_row("Business effect", "業務影響", WALK_SAYS(&w, "no site until Monday", "月曜までサイト停止"), " 6/");
	fill_row("How to undo", "解除手順", WALK_SAYS(&w, "rule 17 off", "規則17を外す"), " 7/");
	walk_press(&w, KEYS_CTRL_S, "next: Who used it", "次: 使った者");
	home();
}

/* The mails went to two organisations that nobody has put on record: one is ours, by its domain at home; the one abroad stands
 * for itself, and has to be told. */
static void organisations(void)
{
	terminal_await_row(w.t, 2, "l.example");
	walk_press(&w, "=", "same organisation as", "同じ組織");
	walk_text(&w, "R1-P1");
	walk_press_row(&w, KEYS_ENTER, -1, "reason:", "理由:");
	walk_text(&w, WALK_SAYS(&w, "its domain at home", "国内のドメイン"));
	walk_press(&w, KEYS_ENTER, "on record:", "記録しました");
	terminal_await_row(w.t, 2, "l-overseas");
	walk_press_row(&w, "y", -1, "reason:", "理由");
	walk_text(&w, WALK_SAYS(&w, "got two of the mails, same C2", "同じC2のメールを2通受信"));
	walk_press(&w, KEYS_ENTER, "on record: R1-P3", "R1-P3");
	terminal_await_row(w.t, 2, "R1-P3"); /* it stays under the cursor: the contact with it comes next */
}

/* VPN and webmail are tried meanwhile, and new mails come: the same intruder, the same C2. */
static void new_attacks(void)
{
	unsigned next = made.collections + 5;
	walk_press_row(&w, "7", 1, "Indicator", "侵害指標");
	walk_press_row(&w, "a", 1, "New: Indicator", "新規: 侵害指標");
	walk_press_row(&w, KEYS_DOWN, -2, " 2/", " 2/");
	walk_press_row(&w, KEYS_ENTER, -1, "Value", "値");
	walk_text(&w, "203.0.113.66");
	walk_press_row(&w, KEYS_ENTER, -2, " 3/", " 3/");
	walk_press(&w, KEYS_CTRL_S, "R1-I4 ", "R1-I4 ");
	walk_press_row(&w, "4", 1, "Evidence", "証拠");
	preserve_log("vpn.log", "VPN-01", count_text("R1-E", next, " "));
	preserve_log("webmail.log", "WEBMAIL-01", count_text("R1-E", next + 1, " "));
	walk_press_row(&w, "K", 1, "Mail desk", "メール");
	walk_press_row(&w, "i", -1, ":", ":");
	walk_text(&w, path_of("mails"));
	walk_press(&w, KEYS_ENTER, "6 mails taken in", "6通のメールを取り込みました");
	walk_press(&w, "s", "www[.]sync-update[.]example",
	           "www[.]sync-update[.]example"); /* why they belong together */
	walk_press(&w, KEYS_ESCAPE, "R1-L6 ", "R1-L6 ");
	home();
	walk_press_row(&w, "W", 1, "Sweep", "検索");
	walk_press(&w, "s", "4 indicators; ", "侵害指標 4件");
	terminal_await(w.t, "203.0.113.66");
	terminal_await(w.t, "411 "); /* the C2, in the logs and in six mails */
	walk_press_row(&w, "e", 1, "By machine", "機器別");
	terminal_await(w.t, "VPN-01");
	terminal_await(w.t, "WEBMAIL-01");
	home();
	walk_press_row(&w, "C", 1, "Chain", "連鎖");
	organisations();
	home();
}

static void verification(void)
{
	walk_command(&w, "verify --evidence", "evidence re-read", "読み直した証拠");
	home();
}

/* What is thought of the file server. */
static void say_of_server(const char *finding)
{
	walk_press_row(&w, "3", 1, count_text("Asset · ", made.machines, ""), count_text("資産 · ", made.machines, ""));
	walk_press_row(&w, "g", -2, " 1/", " 1/");
	walk_down_to(&w, 1, 10);
	walk_press(&w, "b", "Set which field", "設定する項目");
	walk_text(&w, WALK_SAYS(&w, "Finding", "判定"));
	walk_press_gone(&w, KEYS_ENTER, "Set which field", "設定する項目");
	walk_text(&w, finding);
	walk_press(&w, KEYS_ENTER, "set in one action", "一つの操作で設定");
	home();
}

/* Both said something of the file server: what is to decide stands there after the merge, and hers is taken. */
static void settle_conflict(void)
{
	terminal_await_row(w.t, 1, WALK_SAYS(&w, "To decide", "要判断"));
	terminal_await(w.t, "R1-A10");
	walk_press(&w, ">", "is decided", "を解決しました");
	terminal_await(w.t, WALK_SAYS(&w, "nothing is left to decide", "判断待ちの競合はありません"));
}

/* Handed over to a colleague by keys; she accepts, works, and hands back what is new; both is merged by keys. */
static void colleague(void)
{
	char *copy = xasprintf("%s/two.genba", w.program.dir);
	walk_hand_over(&w, "two.pub", copy);
	walk_take_over(&w, copy);
	walk_press(&w, "n", "Ctrl-S", "Ctrl-S");
	walk_text(&w, WALK_SAYS(&w, "FS-01: nothing in its log (practice)", "FS-01のログに痕跡なし(演習)"));
	walk_press(&w, KEYS_CTRL_S, "R2-N2", "R2-N2");
	say_of_server(WALK_SAYS(&w, "suspected", "疑い"));
	walk_hand_back(&w, "back.delta");
	walk_open(&w, getenv("GENBA_CASE"));
	say_of_server(WALK_SAYS(&w, "no trace", "痕跡なし"));
	walk_look_at_delta(&w, "back.delta");
	terminal_await(w.t, WALK_SAYS(&w, "to decide: 1", "判断する項目 1"));
	walk_press_gone(&w, "m", "dry run of", "の試行");
	settle_conflict();
	home();
	walk_press(&w, "6", "R2-N2", "R2-N2");
	home();
	walk_take_receipt(&w, copy);
	free(copy);
}

/* What the report says, not only that it is there. */
static void report_is_read(void)
{
	static const char *const said[][2] = {
	    {"R1-A1 · Name: HQ-AD-01 · Type: domain controller (AD) · Finding: infected",
	     "R1-A1 · 名称(ホスト名): HQ-AD-01 · 種別: ADサーバ · 判定: 感染"},
	    {"suspected · Containment: connected", "疑いあり · 隔離状況: 接続中"}, /* hers of the file server */
	    {"ntdsutil", "ntdsutil"},
	    {"HQ-PC-017 · Containment: isolated · Isolation done: 2026-11-23",
	     "HQ-PC-017 · 隔離状況: 隔離済み · 隔離実施日時: 2026-11-23"},
	    {"Isolated by: R1-P2 Responder One · How isolated: cable unplugged",
	     "隔離実施者: R1-P2 Responder One · 隔離方法: ケーブル抜線"},
	    {"R1-A9 · Name: WEB-01 · Containment: isolated", "R1-A9 · 名称(ホスト名): WEB-01 · 隔離状況: 隔離済み"},
	    {"A web shell is used", "WebShellが使われている"},
	    {"its domain at home", "国内のドメイン"}, /* organisations, and why */
	    {"l-overseas.example", "l-overseas.example"},
	    {"got two of the mails, same C2", "同じC2のメールを2通受信"},
	    {"203[.]0[.]113[.]66", "203[.]0[.]113[.]66"},
	};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		walk_file_says(&w, "incident.txt", said[i][w.ja]);
	walk_file_says(&w, "incident.txt",
	               count_text(WALK_SAYS(&w, ": ", "感染・侵害"), made.infected + 1,
	                          WALK_SAYS(&w, " infected or compromised, 1 suspected", "台、疑い 1台")));
	/* no consultation was written down; a rescue, and support on site, in this quarter */
	walk_file_says(&w, "activity.txt", "2026-10/2026-12 0 1 1");
}

static void walk(const char *language)
{
	walk_begin(&w, strcmp(language, "ja") == 0);
	large_files_make(&w.program, w.ja, getenv("GENBA_LONG") != NULL, &made);
	program_case(&w.program, "Slow terminal");
	walk_as_colleague(&w);
	walk_export_key(&w, "two.pub");
	walk_as_owner(&w);
	walk_open(&w, getenv("GENBA_CASE"));
	call();
	list_of_machines();
	collections();
	hosts_since_when();
	indicators();
	exits();
	infected_and_isolated();
	directory();
	web_shell();
	new_attacks();
	verification();
	colleague();
	walk_write_reports(&w);
	walk_leave(&w);
	report_is_read();
	walk_history_is_good(&w, "history.git");
	program_good(&w.program, "verify", NULL);
	walk_end(&w, "section 3.1");
}

int main(void)
{
	return walk_in_both(walk);
}
