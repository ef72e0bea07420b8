/* Indicators in pasted text: found, normalised, at the right place, and nothing else found. */
#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "case/kind/kinds.h"
#include "finding/indicator/textscan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static const char *const type_names[] = {"ip4",  "ip6",    "domain", "url",  "email",   "md5",
                                         "sha1", "sha256", "sha512", "path", "registry"};

struct found {
	const char *text;
	struct buf list; /* "type:value" a line; a part is indented */
	size_t last_end;
};

static int note_hit(void *ctx, const struct textscan_hit *hit)
{
	struct found *found = ctx;
	assert_true(hit->start < hit->end);
	assert_true(hit->end <= strlen(found->text));
	if (!hit->is_part) {
		assert_true(hit->start >= found->last_end);
		found->last_end = hit->end;
	} else {
		assert_true(hit->end <= found->last_end);
	}
	/* what is not marked as defanged is there as it is, but for case */
	if (!hit->is_defanged && hit->type != TEXTSCAN_IPV6 && hit->type != TEXTSCAN_PATH &&
	    hit->type != TEXTSCAN_REGISTRY)
		assert_int_equal(strncasecmp(found->text + hit->start, hit->value, hit->end - hit->start), 0);
	buf_addf(&found->list, "%s%s:%s\n", hit->is_part ? " " : "", type_names[hit->type], hit->value);
	return 0;
}

static void assert_scan(const char *text, const char *expected)
{
	struct found found = {text, BUF_INIT, 0};
	assert_int_equal(textscan(text, strlen(text), note_hit, &found, NULL), 0);
	if (strcmp(found.list.data, expected) != 0)
		fail_msg("in '%s' found\n%sand not\n%s", text, found.list.data, expected);
	buf_release(&found.list);
}

static void addresses_are_found(void **state)
{
	(void)state;
	assert_scan("from 198.51.100.7 to 10.1.2.3.", "ip4:198.51.100.7\nip4:10.1.2.3\n");
	assert_scan("198.51.100[.]7, 198[.]51[.]100[.]8; 198(.)51(dot)100{.}9",
	            "ip4:198.51.100.7\nip4:198.51.100.8\nip4:198.51.100.9\n");
	assert_scan("C2は198.51.100.7です", "ip4:198.51.100.7\n");
	assert_scan("１９８．５１．１００．７", "ip4:198.51.100.7\n");
	assert_scan("198.51.100.7:8080 (10.0.0.0/8) 10.0.0.1-10.0.0.9",
	            "ip4:198.51.100.7\nip4:10.0.0.0/8\nip4:10.0.0.1\nip4:10.0.0.9\n");
	assert_scan("1.2.3 1.2.3.4.5 256.1.1.1 01.2.3.4 1.2.3.4-beta v1.2.3.4 .1.3.6.1", "");
	assert_scan("2001:DB8:0:0::1 fe80::1%eth0, [2001:db8::2]:443",
	            "ip6:2001:db8::1\nip6:fe80::1\nip6:2001:db8::2\n");
	assert_scan("2001:db8::/32 ::ffff:10.1.2.3 2001[:]db8[:][:]5",
	            "ip6:2001:db8::/32\nip6:::ffff:10.1.2.3\nip6:2001:db8::5\n");
	assert_scan("14:05:09 00:11:22:33:44:55 std::string a::b dead::beef ::1 12::", "");
}

static void hosts_are_found(void **state)
{
	(void)state;
	assert_scan("www.example.co.jp EVIL.Example.COM.", "domain:www.example.co.jp\ndomain:evil.example.com\n");
	assert_scan(
	    "evil[.]com evil(.)com evil[dot]com evil( dot )com evil{.}com evil[。]com",
	    "domain:evil.com\ndomain:evil.com\ndomain:evil.com\ndomain:evil.com\ndomain:evil.com\ndomain:evil.com\n");
	assert_scan("通信先evil.comを遮断、ｅｖｉｌ．ｎｅｔも", "domain:evil.com\ndomain:evil.net\n");
	assert_scan("ev\u200Bil.com xn--r8jz45g.xn--zckzah", "domain:evil.com\ndomain:xn--r8jz45g.xn--zckzah\n");
	assert_scan("strange[.]newending a.b[.]zip", "domain:strange.newending\ndomain:a.b.zip\n");
	assert_scan("svchost.exe readme.txt object.method main.py RAR.EXE-ED9997E7.pf thumbs.db a.sh lib.so e.g. i.e. "
	            "3.14 -.com a..com .com x.-y.com",
	            "");
	assert_scan("_dmarc.example.org *.example.net", "domain:example.net\n");
	assert_scan("d41d8cd98f00b204e9800998ecf8427e.evil.com", "domain:d41d8cd98f00b204e9800998ecf8427e.evil.com\n");
}

static void urls_are_found_with_their_host(void **state)
{
	(void)state;
	assert_scan("http://Evil.Example/A.php?q=1&r=%41#x",
	            "url:http://evil.example/A.php?q=1&r=%41#x\n domain:evil.example\n");
	assert_scan("hxxp://evil[.]example/a", "url:http://evil.example/a\n domain:evil.example\n");
	assert_scan("hXXps[:]//evil[.]example", "url:https://evil.example\n domain:evil.example\n");
	assert_scan("hxxp[://]198.51.100[.]7:8080/x", "url:http://198.51.100.7:8080/x\n ip4:198.51.100.7\n");
	assert_scan("h**p://evil.example/ fxp://evil.example/f",
	            "url:http://evil.example/\n domain:evil.example\nurl:ftp://evil.example/f\n domain:evil.example\n");
	assert_scan("http://[2001:db8::1]:80/a", "url:http://[2001:db8::1]:80/a\n ip6:2001:db8::1\n");
	assert_scan("https://user:pw@evil.example/", "url:https://user:pw@evil.example/\n domain:evil.example\n");
	assert_scan("http://evil.example?m=a@b.jp", "url:http://evil.example?m=a@b.jp\n domain:evil.example\n");
	assert_scan("http://intranet/x", "url:http://intranet/x\n");
	assert_scan("evil[.]com/gate.php 198.51.100.7/x.exe",
	            "url:evil.com/gate.php\n domain:evil.com\nurl:198.51.100.7/x.exe\n ip4:198.51.100.7\n");
	assert_scan(
	    "(see http://evil.example/a_(b)). <http://evil.example/c>, \"http://evil.example/d\"!",
	    "url:http://evil.example/a_(b)\n domain:evil.example\nurl:http://evil.example/c\n domain:evil.example\n"
	    "url:http://evil.example/d\n domain:evil.example\n");
	assert_scan(
	    "「http://evil.example/a」を開いた。http://evil.example/bを参照",
	    "url:http://evil.example/a\n domain:evil.example\nurl:http://evil.example/b\n domain:evil.example\n");
	assert_scan("http:// http://. https://- xhttp://", "");
}

static void mail_addresses_are_found(void **state)
{
	(void)state;
	assert_scan("Taro.Yamada+x@Mail.Example.JP, taro[at]mail(dot)example <a@b.co>",
	            "email:taro.yamada+x@mail.example.jp\n domain:mail.example.jp\nemail:taro@mail.example\n "
	            "domain:mail.example\n"
	            "email:a@b.co\n domain:b.co\n");
	assert_scan("差出人：ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "email:taro@example.jp\n domain:example.jp\n");
	assert_scan("mailto:a@example.jp user=b@example.jp",
	            "email:a@example.jp\n domain:example.jp\nemail:b@example.jp\n domain:example.jp\n");
	assert_scan("a@b @b look (at) this a@b.1 .@example", "");
}

static void digests_are_found(void **state)
{
	(void)state;
	assert_scan("B109F3BBBC244EB82441917ED06D618B9008DD09B3BEFD1B5E07394C706A8BB980B1D7785E5976EC049B46DF5F1326AF5A"
	            "2EA6D103FD07C95385FFAB0CACBC86",
	            "sha512:"
	            "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a"
	            "2ea6d103fd07c95385ffab0cacbc86\n");
	assert_scan("MD5: D41D8CD98F00B204E9800998ECF8427E", "md5:d41d8cd98f00b204e9800998ecf8427e\n");
	assert_scan("da39a3ee5e6b4b0d3255bfef95601890afd80709.", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709\n");
	assert_scan("(e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)",
	            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n");
	assert_scan("検体d41d8cd98f00b204e9800998ecf8427eを確認 d41d8cd98f00b204e9800998ecf8427e.exe",
	            "md5:d41d8cd98f00b204e9800998ecf8427e\nmd5:d41d8cd98f00b204e9800998ecf8427e\n");
	assert_scan(
	    "d41d8cd98f00b204e9800998ecf8427 d41d8cd98f00b204e9800998ecf8427ef xd41d8cd98f00b204e9800998ecf8427e "
	    "12345678901234567890123456789012 d41d8cd9-8f00-b204-e980-0998ecf8427e",
	    "");
}

static void windows_paths_are_found(void **state)
{
	(void)state;
	assert_scan("C:\\Windows\\Temp\\a.exe was run", "path:C:\\Windows\\Temp\\a.exe\n");
	assert_scan("c:\\Program Files (x86)\\Some App\\run me.exe and more",
	            "path:C:\\Program Files (x86)\\Some App\\run me.exe\n");
	assert_scan("C:¥Users¥山田¥議事録.docを開いた", "path:C:\\Users\\山田\\議事録.doc\n");
	assert_scan("C:\\Windows\\Tempに保存、D:\\x、", "path:C:\\Windows\\Temp\npath:D:\\x\n");
	assert_scan("\"C:\\\\Users\\\\x\\\\a.dll\"", "path:C:\\Users\\x\\a.dll\n");
	assert_scan("C:\\x\\setup 1.2.30.exe ran", "path:C:\\x\\setup 1.2.30.exe\n");
	assert_scan("C:\\x\\minutes.doc                  .exe ran", "path:C:\\x\\minutes.doc                  .exe\n");
	assert_scan("C:\\x\\minutes.doc   . The end. C:\\y\\a.exe  b.txt",
	            "path:C:\\x\\minutes.doc\npath:C:\\y\\a.exe\n");
	assert_scan("%APPDATA%\\Microsoft\\x.lnk; %TEMP%\\b", "path:%APPDATA%\\Microsoft\\x.lnk\npath:%TEMP%\\b\n");
	assert_scan("\\\\fileserver\\share$\\secret.xlsx", "path:\\\\fileserver\\share$\\secret.xlsx\n");
	assert_scan("(C:\\Users\\x\\) C:\\a.exe,D:\\b.exe C:\\c.exe and D:\\d.exe",
	            "path:C:\\Users\\x\npath:C:\\a.exe\npath:D:\\b.exe\npath:C:\\c.exe\npath:D:\\d.exe\n");
	/* what is not UTF-8 ends a name: a value is always UTF-8 */
	assert_scan("C:\\a\\b\xff"
	            "c",
	            "path:C:\\a\\b\n");
	assert_scan("C:\\a\\\xe3\x83", "path:C:\\a\n");
	assert_scan("C:\\ C: \\ \\\\ \\\\x \\\\d+\\w price ¥1000 a\\b %x% %%\\", "");
}

static void registry_keys_are_found(void **state)
{
	(void)state;
	assert_scan("HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Run is set",
	            "registry:HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Run\n");
	assert_scan("hkcu\\Software\\Run, HKLM:\\SYSTEM\\CurrentControlSet\\Services\\evil.",
	            "registry:HKCU\\Software\\Run\nregistry:HKLM\\SYSTEM\\CurrentControlSet\\Services\\evil\n");
	assert_scan("HKCR\\CLSID\\{0002DF01-0000-0000-C000-000000000046}",
	            "registry:HKCR\\CLSID\\{0002DF01-0000-0000-C000-000000000046}\n");
	assert_scan("HKLM HKLM\\ HKXX\\a XHKLM\\a", "");
}

static void places_are_those_of_the_text(void **state)
{
	(void)state;
	static const char text[] = "通信先：hxxp[:]//ｅｖｉｌ[.]example/a、続き";
	struct found found = {text, BUF_INIT, 0};
	assert_int_equal(textscan(text, strlen(text), note_hit, &found, NULL), 0);
	assert_string_equal(found.list.data, "url:http://evil.example/a\n domain:evil.example\n");
	assert_int_equal(found.last_end, (size_t)(strstr(text, "、続き") - text));
	buf_release(&found.list);
}

static void assert_defangs(const char *text, const char *expected)
{
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	struct buf back = BUF_INIT;
	textscan_defang(text, strlen(text), &once);
	assert_string_equal(once.data, expected);
	textscan_defang(once.data, once.len, &twice);
	assert_string_equal(twice.data, expected);
	textscan_refang(once.data, once.len, &back);
	struct buf plain = BUF_INIT;
	textscan_refang(text, strlen(text), &plain);
	assert_string_equal(back.data, plain.data);
	buf_release(&plain);
	buf_release(&once);
	buf_release(&twice);
	buf_release(&back);
}

static void defanged_text_is_harmless_and_comes_back(void **state)
{
	(void)state;
	assert_defangs("http://evil.example/a.php?x=b.c", "hxxp://evil[.]example/a.php?x=b.c");
	assert_defangs("hxxps://evil[.]example/", "hxxps://evil[.]example/");
	assert_defangs("ftp://evil.example sftp://evil.example/x", "fxp://evil[.]example sfxp://evil[.]example/x");
	assert_defangs("198.51.100.7 2001:db8::1", "198[.]51[.]100[.]7 2001[:]db8[:][:]1");
	assert_defangs("http://[2001:db8::1]/x", "hxxp://[2001[:]db8[:][:]1]/x");
	assert_defangs("taro@mail.example.jp", "taro[at]mail[.]example[.]jp");
	assert_defangs("evil.com/x 端末はevil.comへ", "evil[.]com/x 端末はevil[.]comへ");
	assert_defangs("C:\\a.exe d41d8cd98f00b204e9800998ecf8427e end.",
	               "C:\\a.exe d41d8cd98f00b204e9800998ecf8427e end.");
	assert_defangs("", "");
	/* a host that begins like a scheme */
	assert_defangs("http.example.com/a.php ftp.example.com/b", "http[.]example[.]com/a.php ftp[.]example[.]com/b");
	struct buf out = BUF_INIT;
	textscan_refang("taro(at)evil{dot}example", 24, &out);
	assert_string_equal(out.data, "taro@evil.example");
	buf_clear(&out);
	textscan_refang("ahxxp://x hxxp: (HXXP://x)", 26, &out);
	assert_string_equal(out.data, "ahxxp://x http: (http://x)");
	buf_release(&out);
}

static void every_type_is_a_type_of_indicator(void **state)
{
	(void)state;
	const struct field *type = kind_field(kind_find("indicator"), "type");
	for (int i = TEXTSCAN_IPV4; i <= TEXTSCAN_REGISTRY; i++)
		assert_non_null(field_value_find(type, textscan_indicator((enum textscan_type)i)));
}

static int count_hit(void *ctx, const struct textscan_hit *hit)
{
	(void)hit;
	++*(size_t *)ctx;
	return 0;
}

static int stop_at_once(void *ctx, const struct textscan_hit *hit)
{
	(void)hit;
	++*(size_t *)ctx;
	return 7;
}

static void a_callback_can_stop(void **state)
{
	(void)state;
	size_t count = 0;
	assert_int_equal(textscan("http://a.example http://b.example", 33, stop_at_once, &count, NULL), 7);
	assert_int_equal(count, 1);
}

/* Any bytes, cut anywhere, with NULs: no crash, and each place lies inside the text. */
static void any_bytes_are_scanned(void **state)
{
	(void)state;
	static const char *const seeds[] = {
	    "hxxp[:]//evil[.]example:80/a?b#c taro[at]mail(dot)example \\\\srv\\share\\a.exe HKLM\\a\\b C:\\x\\y.z ",
	    "2001:db8::1/64 10.0.0.0/8 d41d8cd98f00b204e9800998ecf8427e ｅｖｉｌ．ｃｏｍ ¥¥a¥b %A%\\b \xFF\xEF\xBC[ . "
	    "]( at )",
	};
	uint32_t random = 12345;
	for (int round = 0; round < 4000; round++) {
		char text[128];
		size_t n = 0;
		const char *seed = seeds[round % 2];
		size_t length = strlen(seed);
		while (n < sizeof text) {
			random = random * 1664525 + 1013904223;
			size_t from = (random >> 8) % length;
			size_t take = 1 + (random >> 24) % 24;
			for (size_t i = 0; i < take && from + i < length && n < sizeof text; i++)
				text[n++] = seed[from + i];
			if (n < sizeof text && (random & 31) == 0)
				text[n++] = (char)(random >> 16);
		}
		char *exact = xmalloc(n); /* no NUL behind it: a read beyond the end is seen by the sanitizer */
		memcpy(exact, text, n);
		size_t count = 0;
		assert_int_equal(textscan(exact, n, count_hit, &count, NULL), 0);
		struct buf out = BUF_INIT;
		textscan_defang(exact, n, &out);
		textscan_refang(exact, n, &out);
		buf_release(&out);
		free(exact);
	}
}

/* Texts made to be slow: at 4 MB a scan that is not linear runs into the test's limit. tests/bench gives the speed. */
static void hostile_texts_take_linear_time(void **state)
{
	(void)state;
	static const char *const units[] = {"a",    "a.", "a@",  "http://x/", ")",    "1.", ":",      "\\\\aa\\",
	                                    "C:\\", "a-", "[.]", "[",         "hxxp", "%a", "HKLM\\", "f0:"};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct buf text = BUF_INIT;
		size_t count = 0;
		buf_adds(&text, "http://x/");
		while (text.len < 4 << 20)
			buf_adds(&text, units[i]);
		assert_int_equal(textscan(text.data, text.len, count_hit, &count, NULL), 0);
		buf_release(&text);
	}
}

static void ten_megabytes_are_scanned(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	size_t count = 0;
	while (text.len < 10 << 20)
		buf_adds(
		    &text,
		    "2014-12-05 10:11:12 HR-PC-03 GET http://evil.example/a.php 200 から198.51.100.7へ C:\\x\\a.exe\n");
	size_t lines =
	    text.len /
	    strlen("2014-12-05 10:11:12 HR-PC-03 GET http://evil.example/a.php 200 から198.51.100.7へ C:\\x\\a.exe\n");
	double begin = clock_steady();
	assert_int_equal(textscan(text.data, text.len, count_hit, &count, NULL), 0);
	print_message("10 MiB, %zu hits: %.2f s\n", count, clock_steady() - begin);
	assert_int_equal(count, 4 * lines);
	struct err err = ERR_INIT;
	assert_int_equal(textscan(text.data, TEXTSCAN_LIMIT + 1U, count_hit, &count, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_found),
	    cmocka_unit_test(hosts_are_found),
	    cmocka_unit_test(urls_are_found_with_their_host),
	    cmocka_unit_test(mail_addresses_are_found),
	    cmocka_unit_test(digests_are_found),
	    cmocka_unit_test(windows_paths_are_found),
	    cmocka_unit_test(registry_keys_are_found),
	    cmocka_unit_test(places_are_those_of_the_text),
	    cmocka_unit_test(defanged_text_is_harmless_and_comes_back),
	    cmocka_unit_test(every_type_is_a_type_of_indicator),
	    cmocka_unit_test(a_callback_can_stop),
	    cmocka_unit_test(any_bytes_are_scanned),
	    cmocka_unit_test(hostile_texts_take_linear_time),
	    cmocka_unit_test(ten_megabytes_are_scanned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
