/* Names of organisations in a text: forms, widths, what is part of another name, what is no name. */
#include "core/case/help_case.h"
#include "finding/chain/mail_domain.h"
#include "finding/chain/name_find.h"

#include <string.h>

static struct name_finder *finder;
static struct buf found;

static void take(void *ctx, const struct name_hit *hit)
{
	const char *text = ctx;
	buf_addf(&found, "%s%d%s:%.*s", found.len ? " " : "", hit->known, hit->addressed ? "@" : "",
	         (int)(hit->to - hit->from), text + hit->from);
}

/* "3:青葉工業株式会社": whose name it is (-1: unknown) and as it stands there. */
static const char *names(const char *text)
{
	buf_clear(&found);
	name_find(finder, text, strlen(text), take, (void *)(uintptr_t)text);
	return found.data;
}

static int setup(void **state)
{
	static const char *const known[] = {
	    "青葉工業株式会社",           "一般社団法人鎖業界協会",         "Kusari Heavy Industries Co., Ltd.", "青葉",
	    "独立行政法人みなと研究機構", "地方独立行政法人みなと病院機構",
	};
	(void)state;
	finder = name_finder_new();
	for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
		name_finder_add(finder, known[i], i, NAME_ORGANISATION);
	name_finder_add(finder, "山田太郎", 50, NAME_PERSON);
	name_finder_ready(finder);
	buf_init(&found);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	name_finder_free(finder);
	buf_release(&found);
	return 0;
}

static void test_spellings_of_one_name(void **state)
{
	(void)state;
	assert_string_equal(names("青葉工業株式会社の件"), "0:青葉工業株式会社");
	assert_string_equal(names("㈱青葉工業 の件"), "0:㈱青葉工業");
	assert_string_equal(names("(株) 青葉 工業の件"), "0:(株) 青葉 工業");
	assert_string_equal(names("（株）青葉工業"), "0:（株）青葉工業");
	assert_string_equal(names("靑葉工業"), "0:靑葉工業"); /* the old form of a character */
	assert_string_equal(names("青葉工業総務部の山田太郎"), "0:青葉工業 50:山田太郎");
	assert_string_equal(names("from KUSARI HEAVY INDUSTRIES co.,ltd today"), "2:KUSARI HEAVY INDUSTRIES co.,ltd");
	assert_string_equal(names("山田　太郎"), "50:山田　太郎");
}

static void test_another_legal_form_is_another_organisation(void **state)
{
	(void)state;
	assert_string_equal(names("一般社団法人青葉工業の総会"), "-1:一般社団法人青葉工業");
	assert_string_equal(names("(一社)鎖業界協会"), "1:(一社)鎖業界協会");
	assert_string_equal(names("株式会社鎖業界協会"), "-1:株式会社鎖業界協会");
	assert_string_equal(names("地方独立行政法人みなと研究機構"), "-1:地方独立行政法人みなと研究機構");
	assert_string_equal(names("(独)みなと研究機構"), "4:(独)みなと研究機構");
}

static void test_part_of_another_name(void **state)
{
	(void)state;
	assert_string_equal(names("青葉工業団地の案内"), "");
	assert_string_equal(names("新青葉工業の案内"), "");
	assert_string_equal(names("青葉台病院に行く"), "");
	assert_string_equal(names("青葉に行く"), ""); /* two characters, and no legal form */
	assert_string_equal(names("株式会社青葉に行く"), "3:株式会社青葉");
	assert_string_equal(names("青葉工業団地株式会社"), "-1:青葉工業団地株式会社");
	assert_string_equal(names("kusari heavy industriesx"), "");
	assert_string_equal(names("mail a@kusari-heavy-industries.example"), "");
}

static void test_unknown_names(void **state)
{
	(void)state;
	assert_string_equal(names("株式会社海猫電子のお知らせ"), "-1:株式会社海猫電子");
	assert_string_equal(names("海猫電子株式会社総務部"), "-1:海猫電子株式会社");
	assert_string_equal(names("取引先株式会社海猫電子"), "-1:株式会社海猫電子");
	assert_string_equal(names("さくら工業株式会社より"), "-1:さくら工業株式会社");
	assert_string_equal(names("Umineko Denshi Inc. said"), "-1:Umineko Denshi Inc");
	assert_string_equal(names("株式会社総務部"), ""); /* a department */
	assert_string_equal(names("当社は株式会社です"), "");
	assert_string_equal(names("甲乙株式会社丙丁"), ""); /* whose form it is cannot be told */
	assert_string_equal(names("incident in corporate"), "");
	assert_string_equal(names("株式会社海猫電子 御中"), "-1@:株式会社海猫電子");
}

static void test_hostile_text(void **state)
{
	struct buf many = BUF_INIT;
	(void)state;
	assert_string_equal(names(""), "");
	assert_string_equal(names("\xff\xe3\x81"), "");
	for (int i = 0; i < 60000; i++)
		buf_adds(&many, "株式会社");
	names(many.data);
	buf_clear(&many);
	for (int i = 0; i < 60000; i++)
		buf_adds(&many, "a@");
	names(many.data);
	buf_release(&many);
}

static void test_domains(void **state)
{
	char out[DOMAIN_TEXT];
	(void)state;
	mail_domain_registrable("mail.Sub.kusari.co.jp", out);
	assert_string_equal(out, "kusari.co.jp");
	mail_domain_registrable("kusari.example", out);
	assert_string_equal(out, "kusari.example");
	mail_domain_registrable("mail.town.yorii.saitama.lg.jp", out);
	assert_string_equal(out, "yorii.saitama.lg.jp");
	mail_domain_registrable("co.jp", out);
	assert_string_equal(out, "");
	mail_domain_registrable("192.0.2.7", out);
	assert_string_equal(out, "");
	assert_int_equal(mail_domain_use("gmail.com"), DOMAIN_FREE_MAIL);
	assert_int_equal(mail_domain_use("zoho.com"), DOMAIN_FREE_MAIL);
	assert_int_equal(mail_domain_use("dropbox.com"), DOMAIN_PROVIDER);
	assert_int_equal(mail_domain_use("kusari.example"), DOMAIN_OWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_spellings_of_one_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_another_legal_form_is_another_organisation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_part_of_another_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_unknown_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hostile_text, setup, teardown),
	    cmocka_unit_test(test_domains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
