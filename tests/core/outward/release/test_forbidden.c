/* Names that must not leave are found in every dress, and nothing else is taken for them. */
#include "outward/release/forbidden.h"

#include "core/case/help_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct forbidden *names(void)
{
	struct forbidden *f = forbidden_new();
	forbidden_add(f, "HR-PC-03", "R1-A1", "hostname");
	forbidden_add(f, "corp.example", "R1-P1", "domains");
	forbidden_add(f, "株式会社鎖工業", "R1-P1", "name");
	forbidden_add(f, "10.20.30.40", "R1-A1", "addresses");
	forbidden_add(f, "taro@corp.example", "R1-P2", "email");
	forbidden_add(f, "shared.example", "R1-I9", "value");
	forbidden_add(f, "jgajgojgr", "R1-A3", "hostname"); /* in base64 it has neither capitals nor digits */
	forbidden_add(f, "PC", "R1-A2", "hostname");        /* too short to look for */
	forbidden_allow(f, "SHARED.example");
	return f;
}

static void names_are_found_in_every_dress(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "on HR-PC-03.",
	    "on hr-pc-03",
	    "ＨＲ－ＰＣ－０３ で検知",
	    "\"message\":\"HR\\u002dPC-03\"",
	    "\\u0048R-PC-03",
	    "https://x.test/?host=HR%2DPC%2D03",
	    "https://x.test/?u=HR%252DPC%252D03",
	    "HR&#45;PC&#x2d;03",
	    "mail.corp.example",
	    "https://www.corp.example/login",
	    "corp[.]example",
	    "CORP(.)EXAMPLE",
	    "taro[at]corp[.]example",
	    "株式会社鎖工業の端末",
	    "{\"name\":\"\\u682a\\u5f0f\\u4f1a\\u793e\\u9396\\u5de5\\u696d\"}",
	    "x=10.20.30.40:443",
	    "data:SFItUEMtMDM=",
	    "blob cHJvYmxlbSBvbiBIUi1QQy0wMyBub3c=",
	    "line one\nline two HR-PC-03\n",
	    "\xD0\x9D"
	    "R-P\xD0\xA1-03",      /* Cyrillic letters that look like H and C */
	    "c\xCE\xBFrp.example", /* a Greek one */
	    "HR\xE2\x80\x91PC\xE2\x80\x91"
	    "03",                                                   /* hyphens that do not break */
	    "H\xE2\x80\x8BR-PC-03",                                 /* a zero-width space */
	    "SABSAC0AUABDAC0AMAAzAA==",                             /* base64 of UTF-16, as PowerShell takes it */
	    "H4sIAAAAAAACA8vPU/AI0g1w1jUwVijJSC1KBQBDkkyJEQAAAA==", /* gzip */
	    "eJzzCNINcNY1MAYACUoB6w==",                             /* zlib */
	    "UEsDBBQAAAAIAJC9fV3IbaU2FgAAABQAAAAFAAAAYS50eHTLyC8uUfAI0g1w1jUwVsgsVsjILAEAUEsBAhQDFAAAAA"
	    "gAkL19XchtpTYWAA"
	    "AAFAAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsFBgAAAAABAAEAMwAAADkAAAAAAA==", /* zip */
	    "A&amp;B and H&#x52;-PC-03",
	    "data/SFItUEMtMDM=",
	    "SFJ0UEM SFItUEMtMDM",
	    "https://x.test/?q=SFItUEMtMDM%3D",
	    "%48%52%2d%50%43%2d%30%33",
	    "amdhamdvamdy",                             /* base64 of a name without capitals or digits: jgajgojgr */
	    "path/amdhamdvamdy/x",                      /* the same in a path */
	    "Y29ycC5leGFtcGxl",                         /* base64 */
	    "c2VlIGNvcnBbLl1leGFtcGxl",                 /* defanged in base64 */
	    "YjI0Z1NGSXRVRU10TURNZ2JtOTM=",             /* base64 of base64 */
	    "77yo77yy77yN77yw77yj77yN77yQ77yT",         /* full width in base64 */
	    "5qCq5byP5Lya56S+6Y6W5bel5qWt",             /* Japanese in base64 */
	    "KmgPXxpPPnmWk+VdbWk=",                     /* Japanese as UTF-16 in base64 */
	    "AGEAdAAgaCpfD08aeT6Tll3laW0AIABuAG8Adw==", /* the other byte order */
	    "eyJob3N0IjoiXHUwMDQ4Ui1QQy0wMyJ9",         /* escaped in base64 */
	    "0J1SLVDQoS0wMw==",                         /* Cyrillic letters in base64 */
	    "/9j/4AAQSkZJRgBIUi1QQy0wMwD/2wCE",         /* in a picture */
	    "data/H4sIAAAAAAACA8tIzcnJV/AI0g1w1jUwBgDd9Nm8DgAAAA==", /* packed, behind a path */
	    "48522d50432d3033",                                      /* hexadecimal */
	    "x6F6E2048522D50432D3033",                               /* in capitals, behind a letter */
	    "a48522d50432d3033",                                     /* one digit before it */
	    "48 52 2d 50 43 2d 30 33",
	    "48:52:2d:50:43:2d:30:33",
	    "0x48, 0x52, 0x2D, 0x50, 0x43, 0x2D, 0x30, 0x33",
	    "0x63,0x6f,0x72,0x70,0x2e,0x65,0x78,0x61,0x6d,0x70,0x6c,0x65",
	    "63, 6f, 72, 70, 2e, 65, 78, 61, 6d, 70, 6c, 65",
	    "\\x48\\x52\\x2d\\x50\\x43\\x2d\\x30\\x33",                         /* as C writes it */
	    "480052002d00500043002d0030003300",                                 /* UTF-16 in hexadecimal */
	    "6332566c49474e76636e42624c6c316c654746746347786c",                 /* base64 in hexadecimal */
	    "=48=52-PC-=30=33",                                                 /* quoted-printable */
	    "=E6=A0=AA=E5=BC=8F=E4=BC=9A=E7=A4=BE=E9=8E=96=E5=B7=A5=E6=A5=AD",  /* of Japanese */
	    "%E6%A0%AA%E5%BC%8F%E4%BC%9A%E7%A4%BE%E9%8E%96%E5%B7%A5%E6%A5%AD",  /* percent */
	    "u=%252548R-PC-03",                                                 /* three times */
	    "H\\u0000R\\u0000-\\u0000P\\u0000C\\u0000-\\u00000\\u00003\\u0000", /* UTF-16 as escapes */
	    "HR-\\u200bPC-03",                                                  /* zero width, escaped */
	    "HR-\xC2\xADPC-03",                                                 /* a soft hyphen */
	    "H\xE2\x81\xA0R-\xEF\xBB\xBFPC-\xE2\x80\x8D"
	    "03",                          /* word joiner, mark of byte order, joiner */
	    "\xE2\x80\xAEHR-PC-03",        /* behind an override of direction */
	    "HR-\xE2\x80\xADPC-03",        /* one inside */
	    "HR<b>-PC</b>-03",             /* tags */
	    "HR-<wbr>PC-<!-- > -->03",     /* tags */
	    "HR&lt;i&gt;-PC-03&lt;/i&gt;", /* escaped tags */
	    "\xE6\xA0\xAA\xE5\xBC\x8F\xE4\xBC\x9A\xE7\xA4\xBE<span "
	    "class=\\\"a\\\">\xE9\x8E\x96\xE5\xB7\xA5\xE6\xA5\xAD</span>", /* tags */
	    "\xEF\xBD\x88\xEF\xBD\x92\xEF\xBC\x8D\xEF\xBD\x90\xEF\xBD\x83\xEF\xBC\x8D\xEF\xBC\x90\xEF"
	    "\xBC\x93.example", /* full width */
	    "\xE2\x84\x8B\xE2\x84\x9B-\xF0\x9D\x90\x8F\xF0\x9D\x90\x82-"
	    "\xF0\x9D\x9F\x8E\xF0\x9D\x9F\x91", /* letters of mathematics */
	    "HR-PC-\xEF\xBC\x90\xEF\xBC\x93",
	    "e6a0aae5bc8fe4bc9ae7a4bee98e96e5b7a5e6a5ad",
	    "x-HR-PC-03.json", /* in a file name */
	};
	int missed = 0;
	struct forbidden *f = names();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct forbidden_hit hit;
		if (forbidden_search(f, texts[i], strlen(texts[i]), &hit)) {
			assert_non_null(hit.label);
			continue;
		}
		print_error("not found: %s\n", texts[i]);
		missed++;
	}
	forbidden_free(f);
	assert_int_equal(missed, 0);
}

static void nothing_else_is_taken_for_them(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "HR-PC-031",
	                                    "XHR-PC-03",
	                                    "mycorp.example",
	                                    "corp.examples",
	                                    "110.20.30.40",
	                                    "10.20.30.401",
	                                    "shared.example is known to all",
	                                    "PC",
	                                    "鎖工業",
	                                    "%zz%4",
	                                    "\\u12",
	                                    "&#;",
	                                    "48522d504",
	                                    "14:05:09 2026-11-23",
	                                    "a<b HR-PC>-03",
	                                    "=48=5 %4 \\x4",
	                                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	                                    "5f0000a0-1c2d-4e3f-8a9b-0123456789ab",
	                                    "external_references and malicious-activity, words all of them",
	                                    "SFItUEM",
	                                    "HR-PC\n\n-03", /* paragraphs */
	                                    "micro\nHR-PC-031\nx",
	                                    "XHR-PC\n-03",
	                                    "{\"a\":\"HR-PC\"},\n{\"b\":\"-03\"}", /* two objects */
	                                    "40.30.20.10",                         /* somebody else's address */
	                                    "169090600 bytes",
	                                    "xn--",
	                                    "xn--zzzzzzzzzzzzzzzzzzzz",
	                                    "+AC0 +00:00 +-",
	                                    "\\u{110000000} \\U99999999 %u00 &#99999999; &#x;",
	                                    "a=\n",
	                                    "\n\n"};
	struct forbidden *f = names();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct forbidden_hit hit;
		if (forbidden_search(f, texts[i], strlen(texts[i]), &hit))
			fail_msg("'%s' is taken for %s", texts[i], hit.name);
	}
	forbidden_free(f);
}

/* Ways around the gate that are no escape of a format's own: lines, other names of hosts, other forms of letters, short names. */
static void ways_around_are_closed(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "dGhlcmUgd2FzIGEgcHJv\nYmxlbSBvbiBIUi1QQy0w\nMyBhbmQgaXQgaXMgbm90\nIHlldCBrbm93biB3aHk=", /* base64 in lines */
	    "SFIt\nUEMt\nMDM=", /* base64 in short lines */
	    "dGhlcmUgd2FzIGEgcHJ\r\nvYmxlbSBvbiBIUi1QQy\r\n0wMyBhbmQgaXQgaXMgb\r\nm90IHlldCBrbm93biB3\r\naH"
	    "k=", /* base64 in lines as mail has it */
	    "> dGhlcmUgd2FzIGEgcHJv\n> YmxlbSBvbiBIUi1QQy0w\n> MyBhbmQgaXQgaXMgbm90\n> "
	    "IHlldCBrbm93biB3aHk=", /* the same in a quotation */
	    "{\"a\":"
	    "\"dGhlcmUgd2FzIGEgcHJv\\nYmxlbSBvbiBIUi1QQy0w\\nMyBhbmQgaXQgaXMgbm90\\nIHlldCBrbm93biB3aHk="
	    "\"}", /* the same in JSON */
	    "{\"a\":\"dGhlcmUgd2FzIGEgcHJv\\r\\n  YmxlbSBvbiBIUi1QQy0w\\r\\n  MyBhbmQgaXQgaXMgbm90\\r\\n  "
	    "IHlldCBrbm93biB3aHk=\"}",                 /* the same, indented */
	    "HR-P=\nC-03",                             /* quoted-printable that goes on in the next line */
	    "\"HR-P=\\nC-03\"",                        /* the same in JSON */
	    "the machine HR-PC\n-03 was",              /* a name in two lines */
	    "|  株式会社\n|  鎖工業  |",               /* a name in two lines of a table */
	    "EXAMPLE WORKS\nOF OSAKA",                 /* where a blank was */
	    "HR-PC-\\\n03",                            /* a line that goes on */
	    "48522d5\n0432d30\n33",                    /* hexadecimal numbers in lines */
	    "https://xn--wgv71a119e.test/",            /* an international domain as the network knows it */
	    "XN--WGV71A119E.TEST",                     /* the same in capitals */
	    "日本語.test",                             /* as people write it */
	    "%78n--wgv71a119e.test",                   /* its first letter escaped */
	    "http://例え.jp.example/",                 /* of a name in punycode, as people write it */
	    "example.corp.mail",                       /* a domain from its end */
	    "40.30.20.10.in-addr.arpa",                /* the name of a reverse look-up */
	    "http://169090600/",                       /* an address as a number */
	    "0x0A141E28",                              /* as a hexadecimal one */
	    "2001:db8::a:1",                           /* the short form of an address */
	    "2001:0db8:0000:0000:0000:0000:000a:0001", /* with every digit */
	    "2001:DB8:0:0:0:0:A:1",                    /* with every group */
	    "1.0.0.0.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", /* its reverse look-up */
	    "HR+AC0-PC+AC0-03",                                                         /* UTF-7 */
	    "+aCpfD08aeT6Tll3laW0-",                                                    /* Japanese in UTF-7 */
	    "HR&shy;-PC&ZeroWidthSpace;-03",   /* names of HTML that nobody sees */
	    "HR&hyphen;PC&dash;03",            /* names of HTML */
	    "taro&commat;corp&period;example", /* names of HTML */
	    "&#72&#82&#45PC&#45;03",           /* numbers of HTML without their semicolon */
	    "\\u{48}R-PC-03",                  /* as scripts escape */
	    "\\U00000048R-PC-03",              /* as Python escapes */
	    "\\110\\122-PC-03",                /* octal */
	    "%u0048R%u002DPC-03",              /* as older scripts escape in URLs */
	    "H\xCC\xB6R\xCC\xB6-\xCC\xB6P\xCC\xB6"
	    "C\xCC\xB6-\xCC\xB6"
	    "0\xCC\xB6"
	    "3\xCC\xB6", /* struck through */
	    "H\xE2\x83\x9DR\xE2\x83\x9D-\xE2\x83\x9DP\xE2\x83\x9D"
	    "C\xE2\x83\x9D-\xE2\x83\x9D"
	    "0\xE2\x83\x9D"
	    "3\xE2\x83\x9D",                                                        /* in circles that are marks */
	    "\xF0\x9F\x85\xB7\xF0\x9F\x86\x81-\xF0\x9F\x85\xBF\xF0\x9F\x85\xB2-03", /* in filled squares */
	    "\xF0\x9F\x87\xAD\xF0\x9F\x87\xB7-\xF0\x9F\x87\xB5\xF0\x9F\x87\xA8-03", /* letters of flags */
	    "高橋商事 の",                                                          /* a new form of a character */
	    "髙橋商事 の",                                                          /* the old form */
	    "たかはしさーびす",  /* in the other kana, with long marks */
	    "na\xC3\xAFve-host", /* with an accent */
	    "UEsDBBQAAAAAAPwpfl3XjikiBwAAAAcAAAAIAAAASFItNy50eHRub3RoaW5nUEsBAhQDFAAAAAAA/"
	    "Cl+XdeOKSIHAAAABwAAAAgAAAAAAAAAAAAAAIABAAAAAEhSLTcudHh0UEsFBgAAAAABAAEANgAAAC0AAAAAAA==", /* the name of a file in a zip, a short name */
	    "UEsDBBQAAAAIAPwpfl0DwX3OIAAAAB4AAAAFAAAAYS50eHQrTk3NU8jPU/AI0jXXUUjMS1HIyy/"
	    "PSC1KVUjNKU4FAFBLAQIUAxQAAAAIAPwpfl0DwX3OIAAAAB4AAAAFAAAAAAAAAAAAAACAAQAAAABhLnR4dFBLBQYAAAAAA"
	    "QABADMAAABDAAAAAAA=",                                              /* a short name in a zip */
	    "H4sIAAAAAAACAytOTc1TyM9T8AjSNddRyMsvz0gtSlVIzSlOBQDGACxVGgAAAA==", /* in gzip */
	    "eJwrTk3NU8jPU/AI0jXXUcjLL89ILUpVSM0pTgUAdAcI1A==",                 /* in zlib */
	    "BQcCyP4BAP6BBwUF/gcH/v8CBQIH/wABAgCBAIH+/////gLIAQAC/gWB/4H/B//IB/"
	    "8FyACBAsgHAQWBQXV0aG9yOiBIUi03LCBPc2FrYSBvZmZpY2WBAQH+/gHIAf8CAIH//wEAAP/IB4EHBQCBAAEBBwAF/"
	    "4GBAgDIyMgC///+B/8HAQeB/wWB/4EHgQfIAP8=", /* a short name in a text in a picture */
	};
	int missed = 0;
	struct forbidden *f = names();
	forbidden_add(f, "Example Works of Osaka", "R1-P3", "name");
	forbidden_add(f, "日本語.test", "R1-P4", "domains");
	forbidden_add(f, "xn--r8jz45g.jp.example", "R1-P4", "domains");
	forbidden_add(f, "2001:DB8::A:1", "R1-A4", "addresses");
	forbidden_add(f, "髙橋商事", "R1-P5", "name");
	forbidden_add(f, "タカハシサービス", "R1-P6", "name");
	forbidden_add(f, "naive-host", "R1-A5", "hostname");
	forbidden_add(f, "HR-7", "R1-A6", "hostname");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct forbidden_hit hit;
		if (forbidden_search(f, texts[i], strlen(texts[i]), &hit))
			continue;
		print_error("not found: %s\n", texts[i]);
		missed++;
	}
	forbidden_free(f);
	assert_int_equal(missed, 0);
}

static const char *found_in(struct forbidden *f, const char *text)
{
	struct forbidden_hit hit;
	return forbidden_search(f, text, strlen(text), &hit) ? hit.label : "";
}

/* The longest that stands there whole is the one, whatever lies between them in the order of names. */
static void of_names_that_begin_alike_the_longest_is_found(void **state)
{
	(void)state;
	struct forbidden *f = forbidden_new();
	static const char *const all[][2] = {{"hr-pc", "A1"},    {"hr-pc-03", "A2"},    {"hr-pc-03-old", "A3"},
	                                     {"hr-pc-02", "A4"}, {"hr-pc-02zzz", "A5"}, {"hr-pc-030", "A6"},
	                                     {"hr-pc", "A7"},    {"hr-pd", "A8"},       {"hr-", "A9"}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		forbidden_add(f, all[i][0], all[i][1], "hostname");
	for (unsigned i = 0; i < 3000; i++) { /* many more of them */
		char name[32];
		snprintf(name, sizeof name, "hr-pq-%04u", i);
		forbidden_add(f, name, name + 3, "hostname");
	}
	assert_string_equal(found_in(f, "on HR-PC-03-old now"), "A3");
	assert_string_equal(found_in(f, "on HR-PC-03-new now"), "A2");
	assert_string_equal(found_in(f, "on HR-PC-03-"), "A2");
	assert_string_equal(found_in(f, "on HR-PC-0300"), "A7"); /* hr-pc ends before the hyphen */
	assert_string_equal(found_in(f, "on HR-PC-030"), "A6");
	assert_string_equal(found_in(f, "HR-PC-02zz"), "A7");
	assert_string_equal(found_in(f, "hr-px"), "A9");
	assert_string_equal(found_in(f, "hr-pq-2999"), "pq-2999");
	assert_string_equal(found_in(f, "hr-pq-0000,"), "pq-0000");
	assert_string_equal(found_in(f, "hrpc-03"), "");
	forbidden_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_found_in_every_dress),
	    cmocka_unit_test(ways_around_are_closed),
	    cmocka_unit_test(nothing_else_is_taken_for_them),
	    cmocka_unit_test(of_names_that_begin_alike_the_longest_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
