/* What one mail names, and where: sender, subject, addressee, text, signature, quoted thread, names of files. */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/chain/mail_domain.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MOST       (1U << 20) /* bytes of a text that are read */
#define LINE_MOST       200        /* bytes of a line that is kept as a reason */
#define SIGNATURE_LINES 8
#define ADDRESS_LINES   6 /* an addressee stands in the first ones */

int mail_is_suspicious(const json_t *mail)
{
	const char *purpose = json_get_string(mail, "purpose");
	return !purpose || strcmp(purpose, "genuine") != 0;
}

void mail_reading_release(struct mail_reading *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->names[i].line);
	free(r->names);
	json_decref(r->signature_domains);
	*r = (struct mail_reading){0};
}

/* The line around [from, to), at most LINE_MOST bytes, cut between characters. */
static char *line_around(const char *text, size_t n, size_t from, size_t to)
{
	size_t begin = from;
	size_t end = to;
	while (begin > 0 && text[begin - 1] != '\n' && to - begin < LINE_MOST)
		begin--;
	while (end < n && text[end] != '\n' && text[end] != '\r' && end - begin < LINE_MOST)
		end++;
	while (begin < from && ((unsigned char)text[begin] & 0xC0) == 0x80)
		begin++;
	while (end > to && end < n && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	while (begin < end && (text[begin] == ' ' || text[begin] == '\t'))
		begin++;
	return xstrndup(text + begin, end - begin);
}

struct mail_scan {
	struct organisations *o;
	struct mail_reading *reading;
	const char *text;
	size_t n;
	enum mail_place place;
	const char *domain; /* of the same signature, or NULL */
	size_t address_end; /* before it names that are addressed are addressees */
	struct chain *chain;
};

/* "…と申します", "…の田中です": who says who he is. */
static int introduces(const char *text, size_t n, size_t to)
{
	size_t end = to;
	while (end < n && text[end] != '\n' && end - to < 60 && memcmp(text + end, "。", n - end < 3 ? 1 : 3) != 0)
		end++;
	char *rest = xstrndup(text + to, end - to);
	int says = strstr(rest, "と申し") != NULL;
	size_t length = strlen(rest);
	int is = length >= 6 && strcmp(rest + length - 6, "です") == 0;
	if (!says && is && strncmp(rest, "の", 3) == 0)
		says = !strstr(rest, "件") && !strstr(rest, "資料") && !strstr(rest, "こと") && !strstr(rest, "もの");
	free(rest);
	return says;
}

static void take_name(void *ctx, const struct name_hit *hit)
{
	struct mail_scan *s = ctx;
	struct mail_reading *r = s->reading;
	char *found = xstrndup(s->text + hit->from, hit->to - hit->from);
	size_t number = organisation_of_hit(s->o, hit, found, s->domain);
	enum mail_place place = s->place;
	if (place == MAIL_TEXT && hit->addressed && hit->from < s->address_end)
		place = MAIL_ADDRESSEE;
	else if (place == MAIL_TEXT && hit->from < s->address_end && introduces(s->text, s->n, hit->to))
		place = MAIL_SIGNATURE;
	if (s->domain && s->chain && number != NO_ORGANISATION && s->o->all[number].has_domains == 0) {
		int several;
		size_t other = organisation_of_address(s->o, s->domain, &several);
		if (other != NO_ORGANISATION && other != number)
			chain_suggest_same(s->chain, s->o, number, other, _("name and domain in one signature"));
	}
	if (r->count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->names = xrealloc(r->names, r->cap * sizeof *r->names);
	}
	r->names[r->count++] = (struct mail_name){.organisation = number,
	                                          .place = place,
	                                          .what = hit->what,
	                                          .known = *s->o->all[number].party != '\0',
	                                          .line = line_around(s->text, s->n, hit->from, hit->to)};
	free(found);
}

static void scan_text(struct mail_scan s, const char *text, size_t n, enum mail_place place)
{
	s.text = text;
	s.n = n;
	s.place = place;
	if (n)
		name_find(s.o->finder, text, n, take_name, &s);
}

/* ---- the parts of a body */

static size_t line_end(const char *text, size_t n, size_t at)
{
	const char *end = memchr(text + at, '\n', n - at);
	return end ? (size_t)(end - text) + 1 : n;
}

static int starts_with(const char *text, size_t n, const char *with)
{
	return n >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

/* Where a quoted thread begins that is not marked by '>'. */
static int begins_quote(const char *line, size_t n)
{
	static const char *const signs[] = {"-----Original Message",
	                                    "-----元のメッセージ",
	                                    "----- Original Message",
	                                    "________________________________",
	                                    "差出人:",
	                                    "From:",
	                                    "------ Forwarded",
	                                    "---------- Forwarded"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (starts_with(line, n, signs[i]))
			return 1;
	return 0;
}

/* A line of one sign: -----, ━━━━, ******. */
static int is_rule(const char *line, size_t n)
{
	while (n && (line[n - 1] == '\n' || line[n - 1] == '\r' || line[n - 1] == ' '))
		n--;
	if (n == 2 && memcmp(line, "--", 2) == 0)
		return 1;
	size_t unit = n && (unsigned char)line[0] >= 0xE0 ? 3 : 1;
	if (n < 4 * unit || (unit == 1 && !strchr("-=_*~#+/", line[0])))
		return 0;
	for (size_t i = unit; i + unit <= n; i += unit)
		if (memcmp(line, line + i, unit) != 0)
			return 0;
	return unit == 3 || strchr("-=_*~#+/", line[0]) != NULL;
}

static int is_sentence(const char *line, size_t n)
{
	for (size_t i = 0; i + 3 <= n; i++)
		if (memcmp(line + i, "。", 3) == 0 || memcmp(line + i, "、", 3) == 0)
			return 1;
	return 0;
}

/* The beginning of the signature of text [0, end): behind a rule near the end, or the last lines that are no sentences. */
static size_t signature_of(const char *text, size_t end)
{
	size_t starts[SIGNATURE_LINES + 8];
	size_t count = 0;
	size_t most = sizeof starts / sizeof *starts;
	for (size_t at = 0; at < end; at = line_end(text, end, at)) {
		size_t n = line_end(text, end, at) - at;
		if (n > 1 && !(n == 2 && text[at] == '\r'))
			starts[count++ % most] = at;
	}
	size_t kept = count < most ? count : most;
	size_t rule = end;
	size_t plain = end;
	int going = 1;
	for (size_t i = 0; i < kept; i++) {
		size_t at = starts[(count - 1 - i) % most];
		size_t n = line_end(text, end, at) - at;
		if (is_rule(text + at, n))
			rule = at;
		going = going && i < SIGNATURE_LINES && i + 1 < count && !is_sentence(text + at, n);
		if (going)
			plain = at;
	}
	return rule < end ? rule : plain;
}

static void read_signature(struct mail_scan s, const char *text, size_t from, size_t to)
{
	struct mail_address a;
	char first[DOMAIN_TEXT] = "";
	size_t at = from;
	while (mail_address_next(text, to, &at, &a)) {
		char registrable[DOMAIN_TEXT];
		mail_domain_registrable(a.host, registrable);
		if (!*registrable || mail_domain_use(registrable) != DOMAIN_OWN)
			continue;
		json_object_set_new_nocheck(s.reading->signature_domains, registrable, json_true());
		if (!*first)
			memcpy(first, registrable, sizeof first);
	}
	s.domain = *first ? first : NULL;
	scan_text(s, text + from, to - from, MAIL_SIGNATURE);
}

static void read_body(struct mail_scan s, const char *body)
{
	size_t n = strnlen(body, BODY_MOST);
	size_t quote = n; /* a thread below */
	size_t marked = n;
	int lines = 0;
	s.address_end = 0;
	for (size_t at = 0; at < n; at = line_end(body, n, at)) {
		if (lines++ < ADDRESS_LINES)
			s.address_end = line_end(body, n, at);
		if (lines > 1 && begins_quote(body + at, n - at)) {
			quote = at;
			break;
		}
		if (body[at] == '>' && marked == n)
			marked = at;
	}
	/* what stands below '>' lines is text again (answers between them), and so is a signature at the end */
	size_t own = marked < quote ? marked : quote;
	size_t signature = signature_of(body, own);
	scan_text(s, body, signature, MAIL_TEXT);
	read_signature(s, body, signature, own);
	for (size_t at = own; at < n;) {
		size_t end = at;
		int quoted = at >= quote || body[at] == '>';
		while (end < n && (end >= quote || body[end] == '>') == quoted)
			end = line_end(body, n, end);
		s.address_end = 0;
		scan_text(s, body + at, end - at, quoted ? MAIL_QUOTE : MAIL_TEXT);
		at = end;
	}
}

void mail_read(struct organisations *o, const json_t *mail, struct mail_reading *reading, struct chain *chain)
{
	static const struct {
		const char *field;
		enum mail_place place;
	} fields[] = {{"from", MAIL_FROM}, {"subject", MAIL_SUBJECT}, {"attachment_names", MAIL_FILE}};
	struct mail_scan s = {.o = o, .reading = reading, .chain = chain};
	const char *body = json_get_string(mail, "body");
	*reading = (struct mail_reading){.signature_domains = json_object()};
	if (body)
		read_body(s, body);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *text = json_get_string(mail, fields[i].field);
		if (text)
			scan_text(s, text, strnlen(text, BODY_MOST), fields[i].place);
	}
}
