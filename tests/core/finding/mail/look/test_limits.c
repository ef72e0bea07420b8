/* What is too much is a finding, and one less is none: for each limit a mail that goes beyond it and one that does not. And no
 * rule is without such a pair, here or in rule_rows.def. */
#include "base/buf.h"
#include "base/json.h"
#include "finding/mail/look/look.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/read/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	(void)state;
	return charset_prepare(NULL);
}

static void add_many(struct buf *mail, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_adds(mail, text);
}

/* Each makes a mail with `n` of what there is a limit of. */

static void long_mail(struct buf *mail, size_t n)
{
	buf_adds(mail, "Subject: x\nContent-Type: application/octet-stream\n\n");
	size_t head = mail->len;
	buf_grow(mail, n);
	memset(mail->data + head, 'x', n - head);
	mail->len = n;
}

static void fields(struct buf *mail, size_t n)
{
	buf_adds(mail, "Subject: x\n");
	add_many(mail, "X: y\n", n - 1);
	buf_adds(mail, "\nx\n");
}

static void addresses(struct buf *mail, size_t n)
{
	buf_adds(mail, "From: a@a.example\nTo: b@b.example");
	for (size_t i = 1; i < n; i++)
		buf_adds(mail, i % 100 ? ",b@b" : ",\n b@b");
	buf_adds(mail, "\n\nx\n");
}

static void nested(struct buf *mail, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(mail, "Content-Type: multipart/mixed; boundary=b%zu\n\n--b%zu\n", i, i);
	buf_adds(mail, "\nx\n");
	while (n-- > 0)
		buf_addf(mail, "--b%zu--\n", n);
}

/* The container is one itself. */
static void parts(struct buf *mail, size_t n)
{
	buf_adds(mail, "Content-Type: multipart/mixed; boundary=b\n\n");
	add_many(mail, "--b\n\nx\n", n - 1);
	buf_adds(mail, "--b--\n");
}

static void long_text(struct buf *mail, size_t n)
{
	buf_adds(mail, "Subject: x\n\n");
	size_t head = mail->len;
	buf_grow(mail, n + 1);
	for (size_t i = 0; i < n; i++)
		mail->data[head + i] = i % 64 == 63 ? '\n' : 'x';
	mail->len = head + n;
}

static void links(struct buf *mail, size_t n)
{
	buf_adds(mail, "Subject: x\nContent-Type: text/html\n\n");
	for (size_t i = 0; i < n; i++)
		buf_addf(mail, "<a href=http://a/%zu>x</a>\n", i);
}

/* Two LZH archives, with half of the entries each: as many as one may have, and no more than can be told together. */
static void entries(struct buf *mail, size_t n)
{
	buf_adds(mail, "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n");
	for (size_t archive = 0; archive < 2; archive++) {
		buf_adds(mail, "--b\nContent-Type: application/octet-stream; name=a.lzh\n\n");
		for (size_t i = 0; i < n / 2; i++) {
			char head[25] = "\x17"
			                "0-lh0-";
			head[21] = 1; /* the name's length, behind sizes, time, attribute and level */
			head[22] = 'a';
			buf_add(mail, head, sizeof head);
		}
		buf_addc(mail, 0);
		buf_adds(mail, "\n");
	}
	buf_adds(mail, "--b--\n");
}

/* An archive of n entries. */
static void archived(struct buf *mail, size_t n)
{
	entries(mail, 2 * n);
}

static void cut_outlook(struct buf *mail, size_t n)
{
	static const char winmail[] = "\x78\x9F\x3E\x22\1\0\1\x04\x80\1\0\2\0\0\0x\0x\0";
	buf_adds(mail, "Subject: x\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: "
	               "quoted-printable\n\n");
	for (size_t i = 0; i < sizeof winmail - n; i++)
		buf_addf(mail, "=%02X", (unsigned char)winmail[i]);
	buf_adds(mail, "=\n");
}

static const struct {
	const char *id;
	void (*make)(struct buf *mail, size_t n);
	size_t beyond;
	size_t within;
} limits[] = {
    {"limit.mail", long_mail, LOOK_MAIL + 1, LOOK_MAIL},
    {"limit.header", fields, HEADER_FIELDS + 1, HEADER_FIELDS},
    {"limit.addresses", addresses, ADDRESS_MOST + 1, ADDRESS_MOST},
    {"limit.depth", nested, MIME_DEPTH + 1, MIME_DEPTH},
    {"limit.parts", parts, MIME_PARTS + 1, MIME_PARTS},
    {"limit.text", long_text, LOOK_TEXT + 1, LOOK_TEXT},
    {"limit.links", links, LOOK_LINKS + 1, LOOK_LINKS},
    {"limit.archive", archived, LISTING_ENTRIES + 1, LISTING_ENTRIES},
    {"limit.output", entries, MIME_PARTS + 2, MIME_PARTS - 2},
    {"damaged.outlook", cut_outlook, 4, 1},
};

static int finds(size_t i, size_t n)
{
	size_t k;
	json_t *finding;
	int found = 0;
	struct buf mail = BUF_INIT;
	struct look l;
	struct look_options options = {0};
	limits[i].make(&mail, n);
	look_begin(&l, &options, mail.data, mail.len);
	look_all(&l);
	json_t *object = look_json(&l);
	look_release(&l);
	buf_release(&mail);
	json_array_foreach(json_object_get(object, "findings"), k, finding)
		found |= strcmp(json_get_string(finding, "id"), limits[i].id) == 0;
	if (found)
		assert_string_equal(json_get_string(object, "parsed"), "partly");
	json_decref(object);
	return found;
}

static void each_limit_is_a_finding_beyond_it_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (!finds(i, limits[i].beyond))
			fail_msg("%s is not found with %zu", limits[i].id, limits[i].beyond);
		if (finds(i, limits[i].within))
			fail_msg("%s is found with %zu", limits[i].id, limits[i].within);
	}
}

/* The rows of rule_rows.def, for their ids. */
#define HEAD          ""
#define MIXED         ""
#define FILE_OF(name) ""
#define END           ""
#define ZIP_LOCKED    ""
#define ZIP_PLAIN     ""
#define ZIP_NESTED    ""
#define ZIP_TWO       ""
#define ZIP_CUT       ""
#define SAYS(text)    ""
#define ZIPPED(bytes) ""
static const char *const rows[][3] = {
#include "core/finding/mail/look/rule_rows.def"
};

static int has_row(const char *id)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i][0], id) == 0)
			return 1;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (strcmp(limits[i].id, id) == 0)
			return 1;
	return strcmp(id, "limit.crash") == 0 || /* test_mails.c: it takes a reader that falls over */
	       strcmp(id, "limit.macros") == 0;  /* test_outlook.c: it takes a compound file of some MiB */
}

static void no_rule_is_without_a_pair(void **state)
{
	(void)state;
	size_t count = 0;
	for (const struct mail_rule *rule; (rule = mail_rule_at(count)) != NULL; count++)
		if (!has_row(rule->id))
			fail_msg("%s has no mail that fires it and none that does not", rule->id);
	assert_true(count > 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_limit_is_a_finding_beyond_it_only),
	    cmocka_unit_test(no_rule_is_without_a_pair),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
