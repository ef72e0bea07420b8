/* The practice case's mails: made here byte for byte, harmless, their names and texts invented. */
#include "tui/command/demo_mails.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"

#include <stdlib.h>

/* What the attachments hold is a line of text behind the first bytes of a program. The first is locked (20140110). */
static const char seminar_zip[] = "UEsDBAoACQAAAAAAIUSbMYqJiAAAAHwAAAAhAAAAc2VtaW5hci5kb2MgICAgICAgICAgICAgICAg\r\n"
                                  "ICAuZXhlQRWOAqaEsw1PDDA9KyDJS4lNKqXdrxKCI553EdWLlgGQjicRGcDJDblVUbGYKNTh5R4/\r\n"
                                  "Yc5T87DT1A43hZC31u6i1SELHYdb/z7NkIfcM2ys8rx16JkR54BzNIoWkg9dzxjzGPYT7vTd1HDl\r\n"
                                  "UOa19yz+r0KcShJA14772j8fLdiLgo94htZvVVBLBwibMYqJiAAAAHwAAABQSwECHgMKAAkAAAAA\r\n"
                                  "ACFEmzGKiYgAAAB8AAAAIQAAAAAAAAAAAAAApIEAAAAAc2VtaW5hci5kb2MgICAgICAgICAgICAg\r\n"
                                  "ICAgICAuZXhlUEsFBgAAAAABAAEATwAAANcAAAAAAA==\r\n";

static const char minutes_zip[] = "UEsDBBQAAgAIAAAAIUSbMYqJQAAAAHwAAAAOAAAAbWludXRlcygxKS5zY3LzjWKgCAQUJSaXZCan\r\n"
                                  "KqRl5qQq5KcppKfmJSVaKWSWKGQWK+TlKxQU5acXJeYqJOalKKTkp4LESjIy89L1eLkAUEsBAh4D\r\n"
                                  "FAACAAgAAAAhRJsxiolAAAAAfAAAAA4AAAAAAAAAAAAAAKSBAAAAAG1pbnV0ZXMoMSkuc2NyUEsF\r\n"
                                  "BgAAAAABAAEAPAAAAGwAAAAAAA==\r\n";
static const char schedule_zip[] = "UEsDBBQAAgAIAAAAIUSbMYqJQAAAAHwAAAAQAAAAc2NoZWR1bGUucGRmLmV4ZfONYqAIBBQlJpdk\r\n"
                                   "JqcqpGXmpCrkpymkp+YlJVopZJYoZBYr5OUrFBTlpxcl5iok5qUopOSngsRKMjLz0vV4uQBQSwEC\r\n"
                                   "HgMUAAIACAAAACFEmzGKiUAAAAB8AAAAEAAAAAAAAAAAAAAApIEAAAAAc2NoZWR1bGUucGRmLmV4\r\n"
                                   "ZVBLBQYAAAAAAQABAD4AAABuAAAAAAA=\r\n";

struct demo_mail {
	const char *file;    /* without .eml, or .ja.eml */
	const char *header;  /* what the languages share */
	const char *from[2]; /* English, Japanese */
	const char *subject[2];
	const char *text[2];
	const char *attachment;
	const char *zip;
};

static const struct demo_mail mails[] = {
    {"mail-1-to-employee-a",
     "Received: from mail.practice-event.invalid (unknown [198.51.100.14]) by mx.a.example; Fri, 10 Jan 2014 09:30:12 "
     "+0900\r\n"
     "To: staff-a@a.example\r\n"
     "Date: Fri, 10 Jan 2014 08:30:02 +0800\r\n"
     "Message-ID: <practice-1@practice-event.invalid>\r\n",
     {"\"Seminar office\" <office@practice-event.invalid>",
      "=?ISO-2022-JP?B?GyRCJTslXyVKITxDNEV2GyhC?= <office@practice-event.invalid>"},
     {"Invitation to a seminar", "=?ISO-2022-JP?B?GyRCJTslXyVKITwkTiQ0MEZGYhsoQg==?="},
     {"Dear Sir or Madam,\r\n\r\nplease find the programme attached. Password: 20140110\r\n\r\nSeminar office\r\n",
      "関係者各位\r\n\r\nセミナーのご案内をお送りします。展開パスワード: 20140110\r\n\r\nセミナー担当\r\n"},
     "seminar.zip",
     seminar_zip},
    {"mail-5-to-employee-b",
     "Received: from mail.free.example ([192.0.2.25]) by mx.a.example; Fri, 11 Jul 2014 10:02:44 +0900\r\n"
     "Authentication-Results: mx.a.example; spf=pass smtp.mailfrom=yahoo.co.jp\r\n"
     "To: staff-b@a.example\r\n"
     "Date: Fri, 11 Jul 2014 10:02:31 +0900\r\n"
     "Message-ID: <practice-5@yahoo.co.jp>\r\n"
     "In-Reply-To: <practice-4@a.example>\r\n"
     "References: <practice-4@a.example>\r\n",
     {"\"Employee A\" <practice.a@yahoo.co.jp>", "=?ISO-2022-JP?B?GyRCPT42SDB3GyhCQQ==?= <practice.a@yahoo.co.jp>"},
     {"Re: Minutes of the joint study", "=?ISO-2022-JP?B?UmU6IBskQjVEO3ZPPxsoQigbJEI2JkYxOCY1ZhsoQik=?="},
     {"I am writing from my private address. The minutes attached are the corrected ones.\r\n\r\n"
      "> Thank you for the meeting on the joint study. The minutes are attached.\r\n",
      "私用のアドレスから失礼します。議事録を修正しましたので、添付のものに差し替えてください。\r\n\r\n"
      "> 共同研究の打合せ、ありがとうございました。議事録をお送りします。\r\n"},
     "minutes(1).zip",
     minutes_zip},
    {"mail-to-organisation-b",
     "Received: from mail.free.example ([192.0.2.25]) by mx.b.example; Tue, 15 Jul 2014 09:12:04 +0900\r\n"
     "Authentication-Results: mx.b.example; spf=pass smtp.mailfrom=yahoo.co.jp\r\n"
     "To: contact@b.example\r\n"
     "Date: Tue, 15 Jul 2014 09:11:58 +0900\r\n"
     "Message-ID: <practice-8@yahoo.co.jp>\r\n",
     {"\"Organisation A\" <practice.org-a@yahoo.co.jp>", "=?UTF-8?B?57WE57mUQQ==?= <practice.org-a@yahoo.co.jp>"},
     {"Schedule of the joint study (re)", "=?UTF-8?B?UmU6IOWFseWQjOeglOeptuOBruaXpeeoi+OBq+OBpOOBhOOBpg==?="},
     {"As agreed at the meeting of both sides: the schedule is attached.\r\n\r\nOrganisation A\r\n",
      "先日の打合せのとおり、共同研究の日程をお送りします。\r\n\r\n組織A\r\n"},
     "schedule.zip",
     schedule_zip},
};

static void demo_mail_make(const struct demo_mail *m, int japanese, struct buf *out)
{
	buf_addf(
	    out,
	    "%sFrom: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=\"practice\"\r\n\r\n--practice\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n--practice\r\n"
	    "Content-Type: application/zip; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--practice--\r\n",
	    m->header, m->from[japanese], m->subject[japanese], m->text[japanese], m->attachment, m->attachment,
	    m->zip);
}

int demo_mails_write(const char *dir, int japanese, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < sizeof mails / sizeof *mails && rc == 0; i++) {
		struct buf mail = BUF_INIT;
		char *path = xasprintf("%s/%s%s.eml", dir, mails[i].file, japanese ? ".ja" : "");
		demo_mail_make(&mails[i], japanese != 0, &mail);
		rc = path_write_file(path, mail.data, mail.len, PATH_SAME, err);
		buf_release(&mail);
		free(path);
	}
	return rc;
}
