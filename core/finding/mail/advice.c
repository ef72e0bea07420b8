#include "finding/mail/advice.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/tlp.h"
#include "case/store/record.h"
#include "finding/indicator/textscan.h"
#include "finding/mail/import.h"
#include "finding/mail/mails.h"
#include "finding/mail/propose.h"

#include <stdio.h>
#include <string.h>

/* One line in which nothing can be clicked on. */
static void harmless(const char *text, struct buf *out)
{
	struct buf safe = BUF_INIT;
	textscan_defang(text, strlen(text), &safe);
	printable_add(out, safe.data, safe.len, PRINTABLE_LINE);
	buf_addc(out, '\n');
	buf_release(&safe);
}

static void line(struct buf *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	buf_addf(out, "  %s: ", label);
	harmless(text, out);
}

static void field(const json_t *mail, const char *name, struct buf *out)
{
	const struct field *f = kind_field(record_kind(mail), name);
	struct buf text = BUF_INIT;
	if (f && json_object_get(mail, name)) {
		record_field_text(mail, f, &text);
		line(out, field_label(f), text.data);
	}
	buf_release(&text);
}

/* What the case knows of it, but for what is not for others, as the gate has it: what is RED or AMBER+STRICT, and what the
 * provider has not approved to be shared. A value whose role is unknown is not called part of an attack: the case does not say
 * so. How many others it knows. */
static size_t what_is_known(const json_t *known, struct buf *out)
{
	size_t i;
	json_t *item;
	size_t told = 0;
	size_t kept_back = 0;
	json_array_foreach(known, i, item) {
		if (json_is(item, "role", "unknown"))
			continue;
		if (tlp_rank(json_get_string(item, "tlp")) > tlp_rank("AMBER") ||
		    !json_is(item, "shareable", "approved")) {
			kept_back++;
			continue;
		}
		buf_adds(out, _("  - on record as part of an attack: "));
		harmless(json_get_string(item, "value"), out);
		told++;
	}
	if (kept_back && !told)
		buf_adds(out, _("  - something of which no more may be told here\n"));
	return told + kept_back;
}

static void what_was_seen(const json_t *analysis, const json_t *known, struct buf *out)
{
	static const char *const weights[] = {"high", "medium"};
	size_t i;
	json_t *finding;
	struct buf seen = BUF_INIT;
	size_t told = what_is_known(known, &seen);
	for (size_t w = 0; w < 2; w++)
		json_array_foreach(json_object_get(analysis, "findings"), i, finding) {
			const char *weight = json_get_string(finding, "weight");
			const char *text = json_get_string(finding, "text");
			if (!weight || strcmp(weight, weights[w]) != 0 || !text)
				continue;
			buf_adds(&seen, "  - ");
			harmless(text, &seen);
			told++;
		}
	/* What is on record but not told here is not nothing: of that the advice is silent. */
	if (!told && json_array_size(known) == 0)
		buf_adds(&seen, _("  - nothing that the rules know; that does not mean that it is harmless\n"));
	if (seen.len)
		buf_addf(out, "%s%s", _("What was seen in it:\n"), seen.data);
	buf_release(&seen);
}

static void what_was_not(const json_t *mail, const json_t *analysis, struct buf *out)
{
	size_t i;
	json_t *part;
	size_t locked = 0;
	const char *parsed = json_get_string(mail, "parsed");
	json_array_foreach(json_object_get(analysis, "parts"), i, part)
		locked += json_is_true(json_object_get(part, "locked"));
	if (!analysis)
		buf_adds(out, _("Not looked into: the mail itself is not here.\n"));
	else if (parsed && strcmp(parsed, "whole") != 0)
		buf_adds(out, _("Not looked into: the mail could only be read in part.\n"));
	if (locked)
		buf_addf(out, P_("Not looked into: %zu locked file.\n", "Not looked into: %zu locked files.\n", locked),
		         locked);
	if (analysis)
		buf_adds(out, _("Its files were not run, and its links not followed.\n"));
}

static void what_to_search(const json_t *mail, const json_t *analysis, struct buf *out)
{
	size_t i;
	json_t *part;
	buf_adds(out, _("Please search your mail and proxy logs for these, and block them:\n"));
	line(out, _("sender"), json_get_string(mail, "from_addr"));
	line(out, _("subject"), json_get_string(mail, "subject"));
	line(out, _("sent from"), json_get_string(mail, "origin"));
	for (const char *url = json_get_string(mail, "urls"); url && *url;) {
		size_t n = strcspn(url, "\n");
		char *text = xstrndup(url, text_whole(url, n, 500));
		line(out, _("link"), text);
		free(text);
		url += n + (url[n] == '\n');
	}
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		if (!json_is_true(json_object_get(part, "counted")))
			continue;
		line(out, _("file"), json_get_string(part, "name"));
		line(out, "SHA-256", json_get_string(part, "sha256"));
	}
}

static void what_to_do(const json_t *mail, struct buf *out)
{
	const char *reach = json_get_string(mail, "reach");
	int ran = reach && strcmp(reach, "executed") == 0;
	int untouched =
	    reach && (strcmp(reach, "received") == 0 || strcmp(reach, "deleted") == 0 || strcmp(reach, "blocked") == 0);
	buf_adds(out, _("What we ask you to do now:\n"));
	buf_adds(
	    out,
	    _("  - keep the mail as it is; do not answer it, do not forward it, do not open its files or links\n"));
	if (untouched) {
		buf_adds(out, _("  - if anybody did open it after all, please tell us at once\n"));
		return;
	}
	if (!reach || strcmp(reach, "unknown") == 0)
		buf_adds(out,
		         _("  It is not known whether it was opened. Until that is known, please act as if it was:\n"));
	buf_adds(
	    out,
	    _("  - take the computer off the network (pull the cable, turn the wireless off); do NOT switch it off\n"));
	buf_adds(out, _("  - write down when it was received and opened, and what was seen then\n"));
	if (ran)
		buf_adds(
		    out,
		    _("  - do not use the computer, and do not run a virus scan on it, until it has been preserved\n"));
	buf_adds(out, _("  - change the passwords that were used on it, from another computer\n"));
}

/* How whoever asked is reached outside of the mail system: as their record says, or asked for. */
static void how_to_answer(struct case_file *c, const json_t *mail, struct buf *out)
{
	const char *asked = json_get_string(mail, "consultation");
	json_t *consultation = asked ? record_get(c, asked, 0, NULL) : NULL;
	const char *from = json_get_string(consultation, "from");
	json_t *party = from ? record_get(c, from, 0, NULL) : NULL;
	const char *channel = json_get_string(party, "safe_channel");
	buf_adds(out, _("Please answer by telephone or another way that does not use this mail system: it may be read "
	                "by others.\n"));
	if (channel && *channel) {
		buf_adds(out, _("We shall reach you as agreed: "));
		harmless(channel, out);
	}
	json_decref(party);
	json_decref(consultation);
}

int mail_advice(struct case_file *c, const char *label, struct buf *out, struct err *err)
{
	json_t *mail = mail_record(c, label, err);
	if (!mail)
		return -1;
	json_t *analysis = json_get_string(mail, "analysis") ? mail_analysis(c, label, NULL) : NULL;
	if (analysis)
		mails_explain(analysis);
	json_t *known = mail_known(c, label, NULL);
	buf_adds(out, _("Thank you for telling us about this mail.\n\n"));
	buf_addf(out, _("The mail (our number %s):\n"), label);
	field(mail, "subject", out);
	line(out, _("sender as shown"), json_get_string(mail, "from"));
	line(out, _("address"), json_get_string(mail, "from_addr"));
	field(mail, "when", out);
	field(mail, "sent", out);
	buf_addc(out, '\n');
	what_was_seen(analysis, known, out);
	what_was_not(mail, analysis, out);
	buf_addc(out, '\n');
	what_to_do(mail, out);
	buf_addc(out, '\n');
	what_to_search(mail, analysis, out);
	buf_addc(out, '\n');
	how_to_answer(c, mail, out);
	json_decref(known);
	json_decref(analysis);
	json_decref(mail);
	return 0;
}
