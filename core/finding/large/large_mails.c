/* The mails: one in March, with an attachment that does nothing; ⑨ six during the response, which lead to the same C2. */
#include "finding/large/large_site.h"

static const char agenda_zip[] = "UEsDBBQAAgAIAAAAIUSbMYqJQAAAAHwAAAAOAAAAbWludXRlcygxKS5zY3LzjWKgCAQUJSaXZCan\r\n"
                                 "KqRl5qQq5KcppKfmJSVaKWSWKGQWK+TlKxQU5acXJeYqJOalKKTkp4LESjIy89L1eLkAUEsBAh4D\r\n"
                                 "FAACAAgAAAAhRJsxiolAAAAAfAAAAA4AAAAAAAAAAAAAAKSBAAAAAG1pbnV0ZXMoMSkuc2NyUEsF\r\n"
                                 "BgAAAAABAAEAPAAAAGwAAAAAAA==\r\n";

static const struct {
	const char *to;
	const char *received; /* when it came in */
	const char *date;
	const char *subject[2];
	const char *page; /* behind the C2's host; NULL: the attachment */
} mails[LARGE_MAILS] = {
    {"staff017@l.example",
     "Tue, 11 Mar 2014 09:41:12 +0900",
     "Tue, 11 Mar 2014 09:40:58 +0900",
     {"Agenda of the liaison meeting", "連絡会議の議題について"},
     NULL},
    {"info@l.example",
     "Mon, 20 Oct 2014 08:52:03 +0900",
     "Mon, 20 Oct 2014 08:51:44 +0900",
     {"Notice on the security update", "セキュリティ更新のお知らせ"},
     "u/1.html"},
    {"staff042@l.example",
     "Mon, 20 Oct 2014 08:52:41 +0900",
     "Mon, 20 Oct 2014 08:52:20 +0900",
     {"Notice on the security update", "セキュリティ更新のお知らせ"},
     "u/2.html"},
    {"sales@l-overseas.example",
     "Tue, 21 Oct 2014 17:03:10 +0900",
     "Tue, 21 Oct 2014 17:02:55 +0900",
     {"Your inquiry of last week", "先週のお問い合わせの件"},
     "q/7.html"},
    {"office@l-overseas.example",
     "Tue, 21 Oct 2014 17:05:32 +0900",
     "Tue, 21 Oct 2014 17:05:11 +0900",
     {"Your inquiry of last week", "先週のお問い合わせの件"},
     "q/8.html"},
    {"research@l.example",
     "Wed, 05 Nov 2014 10:20:08 +0900",
     "Wed, 05 Nov 2014 10:19:47 +0900",
     {"Materials of the joint research", "共同研究の資料送付"},
     "d/3.html"},
    {"accounts@l.example",
     "Wed, 05 Nov 2014 10:22:59 +0900",
     "Wed, 05 Nov 2014 10:22:30 +0900",
     {"Confirmation of a payment", "お支払いの確認"},
     "d/4.html"},
};

static const char *const texts[2][2] = {
    {"The agenda is attached.\r\n", "議題をお送りします。添付をご確認ください。\r\n"},
    {"Please see the page below.\r\n\r\n", "下記のページをご確認ください。\r\n\r\n"},
};

void large_mail(unsigned i, int japanese, struct buf *out)
{
	int ja = japanese != 0;
	const char *page = mails[i].page;
	buf_addf(out,
	         "Received: from mail.free.example ([192.0.2.25]) by mx.l.example; %s\r\n"
	         "From: \"%s\" <practice.l%u@yahoo.co.jp>\r\nTo: %s\r\nDate: %s\r\nMessage-ID: "
	         "<practice-l%u@yahoo.co.jp>\r\n"
	         "Subject: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"practice\"\r\n\r\n"
	         "--practice\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s",
	         mails[i].received, ja ? "事務局" : "Office", i, mails[i].to, mails[i].date, i, mails[i].subject[ja],
	         texts[page != NULL][ja]);
	if (page)
		buf_addf(out, "http://" LARGE_C2 "/%s\r\n", page);
	else
		buf_addf(out,
		         "\r\n--practice\r\nContent-Type: application/zip; name=\"agenda.zip\"\r\n"
		         "Content-Disposition: attachment; filename=\"agenda.zip\"\r\n"
		         "Content-Transfer-Encoding: base64\r\n\r\n%s",
		         agenda_zip);
	buf_adds(out, "\r\n--practice--\r\n");
}
