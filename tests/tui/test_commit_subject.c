/* The first line of a commit in Japanese: every sentence that genba writes, in the singular and the plural, and what a cut
 * leaves. */
#include "base/buf.h"
#include "base/i18n.h"
#include "tui/command/commit_subject.h"

#include "catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *english, *japanese;
} rows[] = {
    {"add asset R1-A1: HR-PC-03", "追加 資産 R1-A1: HR-PC-03"},
    {"add asset R1-A1 HR-PC-03, R1-A2 HR-PC-04 and 3 more", "追加 資産 R1-A1 HR-PC-03, R1-A2 HR-PC-04 ほか3件"},
    {"add flow R1-F9: spoofed", "追加 攻撃フロー R1-F9: 詐称"},
    {"add asset R1-A7 from paper", "紙の記入用紙から資産 R1-A7 を追加"},
    {"set R1-A1 HR-PC-03: Finding suspected", "変更 R1-A1 HR-PC-03: 判定 疑いあり"},
    {"set R1-A1 HR-PC-03: IP addresses unset", "変更 R1-A1 HR-PC-03: IPアドレス 未設定"},
    {"set R1-A1 a: b: Finding susp…", "変更 R1-A1 a: b: 判定 疑いあり"},
    {"set R1-A1 a: Finding suspected, Conta…", "変更 R1-A1 a: 判定 疑いあり, 隔離状況…"},
    {"set R1-A1 a: Finding suspected, O…", "変更 R1-A1 a: 判定 疑いあり, …"},
    {"set case: TLP GREEN", "変更 事案: TLP GREEN"},
    {"isolated R1-A1 HR-PC-03, R1-A2 HR-PC-04 (cable unplugged)", "隔離 R1-A1 HR-PC-03, R1-A2 HR-PC-04 (ケーブル抜線)"},
    {"isolated R1-A1, R1-A2, R1-A3 and 9 more", "隔離 R1-A1, R1-A2, R1-A3 ほか9件"},
    {"import 1 mail", "メール 1通を取込み"},
    {"import 1 mails", "メール 1通を取込み"},
    {"import 12 mails", "メール 12通を取込み"},
    {"import 1 record of the kind asset", "資産 1件を取込み"},
    {"import 300 records of the kind asset", "資産 300件を取込み"},
    {"import 1 record", "記録 1件を取込み"},
    {"import 7 records", "記録 7件を取込み"},
    {"import 1 row of a time line", "時系列 1行を取込み"},
    {"import 7 rows of a time line", "時系列 7行を取込み"},
    {"merge 0123456789 of A: B: 1 action", "A: Bから 0123456789 を統合: 操作 1件"},
    {"merge 0123456789 of another copy: 12 actions", "別の複製から 0123456789 を統合: 操作 12件"},
    {"keep free for paper R1-E7, R1-E8 and 3 more", "紙用に番号を確保: R1-E7, R1-E8 ほか3件"},
    {"upgrade: the case file from format 1 to 2", "事案ファイルを形式 1 から 2 へ更新"},
    {"undo R1-A1 HR-PC-03", "元に戻す R1-A1 HR-PC-03"},
    {"handover R1-T1: handover of the case", "引き継ぎ R1-T1: 事案の引き継ぎ"},
    {"accept R1-T1: handover of the case", "受領 R1-T1: 事案の引き継ぎ"},
    {"sweep R1-K1 indicator sweep, R1-I1 c2.example and 1 more",
     "侵害指標の検索 R1-K1 侵害指標の検索, R1-I1 c2.example ほか1件"},
    {"add finding R1-FD1: A service was installed.",
     "追加 所見 R1-FD1: サービスが登録されました。"}, /* as its check says it */
    {"set R1-FD1 A service was installed.: Judged confirmed", "変更 R1-FD1 サービスが登録されました。: 判断 確認"},
    {"set R1-A1, R1-A2: Finding suspected", "変更 R1-A1, R1-A2: 判定 疑いあり"},
    {"of a later version R1-A1", "of a later version R1-A1"},
    {"import", "取込み"},
    {"", ""},
};

static void test_each_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf told = BUF_INIT;
		i18n_set_language("ja");
		commit_subject_text(rows[i].english, &told);
		assert_string_equal(told.data ? told.data : "", rows[i].japanese);
		buf_clear(&told);
		i18n_set_language("en");
		commit_subject_text(rows[i].english, &told);
		assert_string_equal(told.data ? told.data : "", rows[i].english);
		buf_release(&told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_sentence)};
	if (i18n_use(catalogue_ja, catalogue_ja_size) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
