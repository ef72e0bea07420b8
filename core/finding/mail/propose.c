#include "finding/mail/propose.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/disputed.h"
#include "case/store/indicator_value.h"
#include "finding/mail/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct proposing {
	struct case_file *c;
	json_t *items;
	json_t *seen; /* "TYPE VALUE" -> true: an archive has thousands of entries */
};

static void propose(struct proposing *p, const char *type, const char *text, const char *role)
{
	char known[LABEL_TEXT] = "";
	struct buf value = BUF_INIT;
	if (text && *text && indicator_normalise(type, text, &value, NULL) == 0 && value.len) {
		char *key = xasprintf("%s %s", type, value.data);
		if (!json_object_get(p->seen, key)) {
			json_object_set_new(p->seen, key, json_true());
			indicator_find(p->c, type, value.data, NULL, known, NULL);
			json_array_append_new(p->items, json_pack("{s:s s:s s:s s:s s:s s:s}", "label", "", "kind",
			                                          "mail_proposal", "type", type, "value", value.data,
			                                          "role", role, "known", known));
		}
		free(key);
	}
	buf_release(&value);
}

static void propose_urls(struct proposing *p, const char *urls)
{
	while (urls && *urls) {
		size_t n = strcspn(urls, "\n");
		char *url = xstrndup(urls, n);
		char *host = strstr(url, "://");
		propose(p, "url", url, "download");
		if (host) {
			host += 3;
			host[strcspn(host, "/?#:")] = '\0';
			propose(p, strspn(host, "0123456789.[]") == strlen(host) ? "ip" : "domain", host, "download");
		}
		free(url);
		urls += n + (urls[n] == '\n');
	}
}

static void propose_files(struct proposing *p, const json_t *analysis)
{
	size_t i;
	json_t *part;
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		size_t e;
		json_t *entry;
		if (!json_is_true(json_object_get(part, "counted")))
			continue;
		propose(p, "sha256", json_get_string(part, "sha256"), "malware");
		propose(p, "file_name", json_get_string(part, "name"), "malware");
		json_array_foreach(json_object_get(part, "inside"), e, entry) {
			propose(p, "sha256", json_get_string(entry, "sha256"), "malware");
			propose(p, "file_name", json_get_string(entry, "name"), "malware");
		}
	}
}

json_t *mail_proposals(struct case_file *c, const char *label, struct err *err)
{
	json_t *record = mail_record(c, label, err);
	if (!record)
		return NULL;
	struct proposing p = {c, json_array(), json_object()};
	json_t *analysis = json_get_string(record, "analysis") ? mail_analysis(c, label, NULL) : NULL;
	propose(&p, "email", json_get_string(record, "from_addr"), "sender");
	propose(&p, "email", json_get_string(record, "envelope_from"), "sender");
	propose(&p, "email", json_get_string(record, "reply_to"), "sender");
	propose(&p, "ip", json_get_string(record, "origin"), "sender");
	propose(&p, "subject", json_get_string(record, "subject"), "unknown"); /* words, and nobody's address */
	propose_urls(&p, json_get_string(record, "urls"));
	propose_files(&p, analysis);
	json_decref(analysis);
	json_decref(record);
	json_decref(p.seen);
	return p.items;
}

/* Made of this mail, and met nowhere else since: that it is on record says nothing about the mail. */
static int rests_on_this_mail(const json_t *indicator, const char *label)
{
	const json_t *links = json_object_get(indicator, "links");
	return json_is(indicator, "origin", label) && json_array_size(json_object_get(indicator, "seen_on")) == 0 &&
	       json_array_size(links) == (size_t)json_holds(links, label);
}

json_t *mail_known(struct case_file *c, const char *label, struct err *err)
{
	json_t *items = mail_proposals(c, label, err);
	json_t *known = items ? json_array() : NULL;
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item) {
		const char *of = json_get_string(item, "known");
		json_t *record = *of ? record_get(c, of, 0, NULL) : NULL;
		const char *role = json_get_string(record, "role");
		if (record && !rests_on_this_mail(record, label) && !json_is(record, "role", "benign") &&
		    !json_is(record, "false_positive", "yes") && !json_is(record, "confidence", "refuted")) {
			json_object_set_new(item, "role", json_string(role ? role : "unknown"));
			json_object_set_new(item, "tlp", json_string(record_tlp(record, case_tlp(c))));
			json_object_set_new(
			    item, "shareable",
			    json_string(record_surely_is(record, "shareable", "approved") ? "approved" : "no"));
			json_array_append(known, item);
		}
		json_decref(record);
	}
	json_decref(items);
	return known;
}

int mail_promote(struct case_file *c, const char *label, const json_t *items, size_t i, char made[LABEL_TEXT],
                 struct err *err)
{
	const json_t *item = json_array_get(items, i);
	if (!item)
		return err_set(err, ERR_USAGE, _("%s has no item %zu"), label, i + 1);
	const char *known = json_get_string(item, "known");
	if (*known) {
		snprintf(made, LABEL_TEXT, "%s", known);
		return 0;
	}
	const struct assign fields[] = {{"type", json_get_string(item, "type")},
	                                {"value", json_get_string(item, "value")},
	                                {"role", json_get_string(item, "role")},
	                                {"origin", label},
	                                {"links", label}};
	return record_add(c, "indicator", fields, sizeof fields / sizeof *fields, 0, made, err);
}
