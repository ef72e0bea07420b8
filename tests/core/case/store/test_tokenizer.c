/* The tokenizer inside real FTS5 tables, asked what a person would type. */
#include "base/buf.h"
#include "base/err.h"
#include "case/store/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static sqlite3 *db;

static void run(const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}

/* `search` keeps its text elsewhere (external content, for snippets); `bare` keeps none at all (contentless). */
static int open_tables(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(tokenizer_register(db, &err), 0);
	run("CREATE TABLE text(id INTEGER PRIMARY KEY, body TEXT)");
	run("CREATE VIRTUAL TABLE search USING fts5(body, content='text', content_rowid='id', tokenize='genba', "
	    "prefix='1 2')");
	run("CREATE VIRTUAL TABLE bare USING fts5(body, content='', tokenize='genba')");
	return 0;
}

static int close_tables(void **state)
{
	(void)state;
	run("INSERT INTO search(search) VALUES('integrity-check')");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return 0;
}

static void put_bytes(int id, const char *text, size_t n)
{
	static const char *const statements[] = {"INSERT INTO text(id, body) VALUES(?1, ?2)",
	                                         "INSERT INTO search(rowid, body) VALUES(?1, ?2)",
	                                         "INSERT INTO bare(rowid, body) VALUES(?1, ?2)"};
	for (size_t i = 0; i < 3; i++) {
		sqlite3_stmt *statement;
		assert_int_equal(sqlite3_prepare_v2(db, statements[i], -1, &statement, NULL), SQLITE_OK);
		sqlite3_bind_int(statement, 1, id);
		sqlite3_bind_text(statement, 2, text, (int)n, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
		sqlite3_finalize(statement);
	}
}

static void put(int id, const char *text)
{
	put_bytes(id, text, strlen(text));
}

/* Ids that `sql` finds for an expression, as "1 3 ". */
static void ask(const char *sql, const char *expression, struct buf *ids)
{
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, expression, -1, SQLITE_STATIC);
	int rc;
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
		buf_addf(ids, "%s ", sqlite3_column_text(statement, 0));
	if (rc != SQLITE_DONE)
		fail_msg("%s: %s", expression, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
}

static void assert_finds(const char *typed, const char *expected)
{
	struct buf expression = BUF_INIT;
	struct buf ids = BUF_INIT;
	struct buf bare = BUF_INIT;
	tokenizer_query(typed, &expression);
	if (expression.len) {
		ask("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid", expression.data, &ids);
		ask("SELECT rowid FROM bare WHERE bare MATCH ?1 ORDER BY rowid", expression.data, &bare);
	}
	if (strcmp(ids.data, expected) != 0)
		fail_msg("'%s' (%s) finds '%s', not '%s'", typed, expression.data, ids.data, expected);
	assert_string_equal(bare.data, expected);
	buf_release(&expression);
	buf_release(&ids);
	buf_release(&bare);
}

static void assert_marks(const char *typed, const char *expected)
{
	struct buf expression = BUF_INIT;
	struct buf marked = BUF_INIT;
	tokenizer_query(typed, &expression);
	ask("SELECT highlight(search, 0, '[', ']') FROM search WHERE search MATCH ?1", expression.data, &marked);
	if (marked.len)
		buf_truncate(&marked, marked.len - 1);
	assert_string_equal(marked.data, expected);
	buf_release(&expression);
	buf_release(&marked);
}

static void two_character_words_are_found(void **state)
{
	(void)state;
	put(1, "人事部の端末が感染した。直ちに隔離する。");
	put(2, "感染経路はメール添付");
	put(3, "隔離");
	put(4, "感慨と汚染");
	assert_finds("感染", "1 2 ");
	assert_finds("隔離", "1 3 ");
	assert_finds("感染 隔離", "1 ");
	assert_finds("感染\u3000隔離", "1 ");
	assert_finds("感染経路", "2 ");
	assert_finds("感染した", "1 ");
	assert_finds("染感", "");
	assert_finds("検疫", "");
}

static void one_character_is_found_anywhere(void **state)
{
	(void)state;
	put(1, "合鍵");
	put(2, "鍵");
	put(3, "鍵束の管理");
	put(4, "A社とB社");
	assert_finds("鍵", "1 2 3 ");
	assert_finds("社", "4 ");
	assert_finds("A社", "4 ");
	assert_finds("理", "3 ");
	assert_finds("鍵 管理", "3 ");
	assert_finds("錠", "");
}

static void width_and_case_do_not_matter(void **state)
{
	(void)state;
	put(1, "ｶﾝｾﾝ ﾃﾞｰﾀ");
	put(2, "カンセン データ");
	put(3, "ＨＲ－ＰＣ－０３");
	put(4, "HR-PC-03");
	put(5, "か\u3099いち");
	put(6, "がいち");
	put(7, "サーバー");
	assert_finds("カンセン", "1 2 ");
	assert_finds("ｶﾝｾﾝ", "1 2 ");
	assert_finds("データ", "1 2 ");
	assert_finds("ﾃﾞｰﾀ", "1 2 ");
	assert_finds("ＨＲ", "3 4 ");
	assert_finds("hr", "3 4 ");
	assert_finds("hr-pc-03", "3 4 ");
	assert_finds("がいち", "5 6 ");
	assert_finds("か\u3099", "5 6 ");
	assert_finds("かい", "");
	assert_finds("サーバ", "7 ");
}

static void names_are_found_by_part_and_whole(void **state)
{
	(void)state;
	put(1, "logon on HR-PC-03 from 10.1.2.3");
	put(2, "PC 03 of HR, 10.1.2.34");
	put(3, "hanako.yamada@example.go.jp");
	put(4, "C:\\Users\\Public\\svchost_2014.exe");
	put(5, "d41d8cd98f00b204e9800998ecf8427e");
	put(6, "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d"
	       "103fd07c95385ffab0cacbc86");
	assert_finds("HR", "1 2 ");
	assert_finds("PC", "1 2 ");
	assert_finds("HR-PC-03", "1 ");
	assert_finds("HR-PC", "1 ");
	assert_finds("10.1.2.3", "1 ");
	assert_finds("10.1.2", "1 2 ");
	assert_finds("110.1.2.3", "");
	assert_finds("yamada", "3 ");
	assert_finds("hanako.yamada@example.go.jp", "3 ");
	assert_finds("example.go.jp", "3 ");
	assert_finds("@example", "3 ");
	assert_finds("C:\\Users\\Public", "4 ");
	assert_finds("svchost", "4 ");
	assert_finds("2014.exe", "4 ");
	assert_finds("d41d8cd9", "5 ");
	assert_finds("41d8cd9", "");
	assert_finds("b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5"
	             "a2ea6d103fd07c95385ffab0cacbc86 ",
	             "6 ");
}

static void the_last_word_may_go_on(void **state)
{
	(void)state;
	put(1, "infected terminal");
	put(2, "infection");
	assert_finds("infec", "1 2 ");
	assert_finds("infec ", "");
	assert_finds("infected term", "1 ");
	assert_finds("infec terminal", "");
	assert_finds("\"infected termin\"", "");
	assert_finds("\"infected terminal\"", "1 ");
	assert_finds("\"terminal infected\"", "");
	assert_finds("“infected terminal” ", "1 ");
	assert_finds("\"infected term", "1 ");
}

static void variants_are_found(void **state)
{
	(void)state;
	put(1, "経理の髙橋さん、山﨑さん、サーバー、naïve");
	put(2, "経理の高橋さん、山崎さん、サーバ、naive");
	put(3, "さーばー");
	static const char *const both[] = {"髙橋", "高橋", "山﨑", "山崎", "naive", "naïve", "NAÏVE"};
	for (size_t i = 0; i < sizeof both / sizeof *both; i++)
		assert_finds(both[i], "1 2 ");
	assert_finds("サーバ", "1 2 3 ");
	assert_finds("サーバー", "1 2 3 ");
	assert_finds("ｻｰﾊﾞ", "1 2 3 ");
	assert_finds("さーばー", "1 2 3 ");
	assert_finds("髙", "1 2 ");
	assert_finds("ー", ""); /* no word */
}

static void fts_syntax_is_only_text(void **state)
{
	(void)state;
	put(1, "body NOT near the OR gate");
	static const char *const hostile[] = {
	    "\"",
	    "\"\"",
	    "\"\"\"",
	    "*",
	    "^",
	    "^body",
	    "(",
	    ")",
	    "((((",
	    "-",
	    "NEAR(",
	    "NEAR(a b, 2)",
	    "{body}:",
	    "{body} : x",
	    "body:",
	    "- body : x",
	    "a + b",
	    "+",
	    "'; DROP TABLE text; --",
	    "\\",
	    "\x01\x02",
	    "\xFF\xFE",
	    "\xE6\x84",
	    "a\"b\"c",
	    "“",
	    "\" \" \"",
	    "😀",
	    "\u202Ebody",
	    "AND",
	    "OR OR",
	    "NOT",
	};
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		struct buf expression = BUF_INIT;
		struct buf ids = BUF_INIT;
		tokenizer_query(hostile[i], &expression);
		if (expression.len)
			ask("SELECT rowid FROM search WHERE search MATCH ?1", expression.data, &ids);
		buf_release(&expression);
		buf_release(&ids);
	}
	assert_finds("NOT", "1 ");
	assert_finds("OR gate", "1 ");
	assert_finds("body:gate", "");
	assert_finds("near OR body", "1 ");
	assert_finds("*", "");
	assert_finds("", "");
	assert_finds("   ", "");
}

static void marks_stand_where_the_reader_sees_them(void **state)
{
	(void)state;
	put(1, "端末ＨＲ－０３は感染経路の起点、ｶﾝｾﾝ😀か\u3099いち");
	assert_marks("感染経路", "端末ＨＲ－０３は[感染経路]の起点、ｶﾝｾﾝ😀か\u3099いち");
	assert_marks("hr-03 ", "端末[ＨＲ－０３]は感染経路の起点、ｶﾝｾﾝ😀か\u3099いち");
	assert_marks("カンセン", "端末ＨＲ－０３は感染経路の起点、[ｶﾝｾﾝ]😀か\u3099いち");
	assert_marks("がいち", "端末ＨＲ－０３は感染経路の起点、ｶﾝｾﾝ😀[か\u3099いち]");
	assert_marks("😀", "端末ＨＲ－０３は感染経路の起点、ｶﾝｾﾝ[😀]か\u3099いち");
	assert_marks("端末", "[端末]ＨＲ－０３は感染経路の起点、ｶﾝｾﾝ😀か\u3099いち");
}

static void snippets_keep_whole_characters(void **state)
{
	(void)state;
	struct buf body = BUF_INIT;
	struct buf snippet = BUF_INIT;
	for (int i = 0; i < 500; i++)
		buf_adds(&body, "通常の業務記録。");
	buf_adds(&body, "端末の隔離を実施。");
	for (int i = 0; i < 500; i++)
		buf_adds(&body, "通常の業務記録。");
	put(1, body.data);
	ask("SELECT snippet(search, 0, '«', '»', '…', 12) FROM search WHERE search MATCH ?1", "\"隔離\"", &snippet);
	assert_non_null(strstr(snippet.data, "«隔離»"));
	assert_true(snippet.len < 200);
	buf_release(&body);
	buf_release(&snippet);
}

static void scripts_may_be_mixed(void **state)
{
	(void)state;
	put(1, "ADサーバにWebShellを設置");
	put(2, "Über die Infektion с сервера Ёлка");
	put(3, "malware 🦠 발견된 악성코드");
	put(4, "第1回会議①");
	assert_finds("ADサーバ", "1 ");
	assert_finds("サーバにWebShell", "1 ");
	assert_finds("webshell", "1 ");
	assert_finds("WebShellを設置", "1 ");
	assert_finds("über", "2 ");
	assert_finds("СЕРВЕРА", "2 ");
	assert_finds("🦠", "3 ");
	assert_finds("악성", "3 ");
	assert_finds("第1回", "4 ");
	assert_finds("1回", "4 ");
}

static void broken_bytes_do_not_hide_the_rest(void **state)
{
	(void)state;
	put(1, "感染\xFF\xFE隔離 \xE6\x84 ok\xC3(word");
	put_bytes(2, "before\0隔離 after", 20);
	assert_finds("感染", "1 ");
	assert_finds("隔離", "1 2 ");
	assert_finds("word", "1 ");
	assert_finds("ok", "1 ");
	assert_finds("after", "2 ");
}

static void big_texts_are_indexed(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	while (text.len < 1 << 20)
		buf_adds(&text, "感染した端末HR-PC-03を隔離する");
	buf_adds(&text, "末尾の目印");
	put(1, text.data);
	buf_clear(&text);
	for (int i = 0; i < 1 << 20; i++)
		buf_addc(&text, (char)('a' + i % 26));
	put(2, text.data);
	buf_clear(&text);
	for (int i = 0; i < 1 << 18; i++)
		buf_adds(&text, "\u0301\u3099");
	put(3, text.data);
	assert_finds("末尾の目印", "1 ");
	assert_finds("abcdefghijklmnopqrstuvwxyz", "2 ");
	struct buf longest = BUF_INIT;
	run("CREATE VIRTUAL TABLE words USING fts5vocab(search, 'row')");
	ask("SELECT max(length(CAST(term AS BLOB))) FROM words WHERE term <> ?1", "", &longest);
	assert_string_equal(longest.data, "128 ");
	buf_release(&longest);
	buf_clear(&text);
	for (int i = 0; i < 4000; i++)
		buf_adds(&text, "感");
	struct buf expression = BUF_INIT;
	tokenizer_query(text.data, &expression);
	assert_in_range(expression.len, 1000, TOKENIZER_QUERY_LIMIT + 8);
	ask("SELECT rowid FROM search WHERE search MATCH ?1", expression.data, &text);
	buf_release(&expression);
	buf_release(&text);
}

static void many_words_stay_one_expression(void **state)
{
	(void)state;
	struct buf typed = BUF_INIT;
	for (int i = 0; i < 600; i++)
		buf_adds(&typed, "a ");
	put(1, "a");
	assert_finds(typed.data, "1 ");
	buf_release(&typed);
}

static void options_are_refused(void **state)
{
	(void)state;
	char *message = NULL;
	assert_int_not_equal(
	    sqlite3_exec(db, "CREATE VIRTUAL TABLE t USING fts5(x, tokenize='genba trigram')", NULL, NULL, &message),
	    SQLITE_OK);
	sqlite3_free(message);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_tables, close_tables)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(two_character_words_are_found),     TEST(one_character_is_found_anywhere),
	    TEST(width_and_case_do_not_matter),      TEST(names_are_found_by_part_and_whole),
	    TEST(the_last_word_may_go_on),           TEST(variants_are_found),
	    TEST(fts_syntax_is_only_text),           TEST(marks_stand_where_the_reader_sees_them),
	    TEST(snippets_keep_whole_characters),    TEST(scripts_may_be_mixed),
	    TEST(broken_bytes_do_not_hide_the_rest), TEST(big_texts_are_indexed),
	    TEST(many_words_stay_one_expression),    TEST(options_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
