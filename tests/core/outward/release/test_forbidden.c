/* Names that must not leave are found in every dress, and nothing else is taken for them. */
#include "outward/release/forbidden.h"

#include "core/case/help_case.h"

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
	forbidden_add(f, "PC", "R1-A2", "hostname"); /* too short to look for */
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
	    "UEsDBBQAAAAIAJC9fV3IbaU2FgAAABQAAAAFAAAAYS50eHTLyC8uUfAI0g1w1jUwVsgsVsjILAEAUEsBAhQDFAAAAAgAkL19XchtpTYWAA"
	    "AAFAAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsFBgAAAAABAAEAMwAAADkAAAAAAA==", /* zip */
	    "A&amp;B and H&#x52;-PC-03",
	    "data/SFItUEMtMDM=",
	    "SFJ0UEM SFItUEMtMDM",
	    "https://x.test/?q=SFItUEMtMDM%3D",
	    "%48%52%2d%50%43%2d%30%33",
	};
	struct forbidden *f = names();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct forbidden_hit hit;
		if (!forbidden_search(f, texts[i], strlen(texts[i]), &hit))
			fail_msg("not found: %s", texts[i]);
		assert_non_null(hit.label);
	}
	forbidden_free(f);
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
	                                    "SFItUEM"};
	struct forbidden *f = names();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct forbidden_hit hit;
		if (forbidden_search(f, texts[i], strlen(texts[i]), &hit))
			fail_msg("'%s' is taken for %s", texts[i], hit.name);
	}
	forbidden_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_found_in_every_dress),
	    cmocka_unit_test(nothing_else_is_taken_for_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
