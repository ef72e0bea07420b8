/* The pivot "outbound": what went out of the case's own machines while they were infected, and to whom. */
#include "finding/chain/chain_looking.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define URL_LEAST     8 /* bytes of a link that is more than "http://x" */
#define SUBJECT_LEAST 6

static int is_payload_mail(const json_t *mail)
{
	const char *purpose = json_get_string(mail, "purpose");
	return purpose && strcmp(purpose, "payload") == 0;
}

/* Calls for each link and each digest of a file in the mail; nonzero stops and is returned. */
static int each_trace(const json_t *mail, int (*fn)(void *ctx, const char *field, const char *trace), void *ctx)
{
	const char *urls = json_get_string(mail, "urls");
	size_t i;
	json_t *digest;
	json_array_foreach(json_object_get(mail, CHAIN_DIGESTS), i, digest)
		if (fn(ctx, "attachment_names", json_string_value(digest)))
			return 1;
	while (urls && *urls) {
		size_t n = strcspn(urls, " \t\r\n");
		char *url = xstrndup(urls, n);
		int stop = n > URL_LEAST && fn(ctx, "urls", url);
		free(url);
		if (stop)
			return 1;
		urls += n ? n : 1;
	}
	return 0;
}

static int put_trace(void *ctx, const char *field, const char *trace)
{
	struct chain_looking *l = ctx;
	(void)field;
	json_object_set_new_nocheck(l->payloads, trace, json_true());
	return 0;
}

void chain_read_payloads(struct chain_looking *l)
{
	size_t i;
	json_t *mail;
	json_array_foreach(l->records->mails, i, mail) {
		const char *subject = json_get_string(mail, "subject");
		if (!is_payload_mail(mail) || json_array_size(json_object_get(mail, "sent_from")))
			continue;
		if (subject && strlen(subject) >= SUBJECT_LEAST)
			put_trace(l, "subject", subject);
		each_trace(mail, put_trace, l);
	}
}

struct payload_question {
	const struct chain_looking *l;
	const char *field;
	char *trace; /* the first that an attack has, too */
};

static int ask_trace(void *ctx, const char *field, const char *trace)
{
	struct payload_question *q = ctx;
	if (!json_object_get(q->l->payloads, trace))
		return 0;
	q->field = field;
	q->trace = xstrdup(trace);
	return 1;
}

/* To that organisation, if the mail has a subject, a link or a file of an attack on record. */
static void look_payload(struct chain_looking *l, size_t number)
{
	struct payload_question q = {.l = l};
	const char *subject = json_get_string(l->mail, "subject");
	if (!each_trace(l->mail, ask_trace, &q) && subject)
		ask_trace(&q, "subject", subject);
	if (q.trace)
		chain_speak(l, number, RULE_OUTBOUND_PAYLOAD, q.field, q.trace, NULL);
	free(q.trace);
}

void chain_look_outbound(struct chain_looking *l)
{
	size_t i;
	json_t *label;
	struct chain_span sent = chain_time(l->records, l->mail, json_object_get(l->mail, "when") ? "when" : "sent");
	json_array_foreach(json_object_get(l->mail, "sent_from"), i, label) {
		const json_t *asset = json_object_get(l->infected, json_string_value(label));
		struct chain_span from;
		struct chain_span until;
		if (!asset || !chain_infected(l->records, asset, &from, &until))
			continue;
		enum chain_rule rule = RULE_OUTBOUND_TIMES;
		if (sent.placed && ((from.placed && !from.at_latest && sent.last < from.first) ||
		                    (until.placed && sent.first > until.last)))
			continue;
		if (sent.placed && from.placed && sent.first >= from.last &&
		    (!until.placed || sent.last <= until.first))
			rule = RULE_OUTBOUND;
		const char *key;
		json_t *is;
		json_object_foreach(l->received, key, is) {
			size_t number = strtoul(key, NULL, 10);
			if (chain_is_own(l, number))
				continue;
			chain_speak(l, number, rule, "sent_from", json_string_value(label), json_string_value(label));
			look_payload(l, number);
		}
	}
}
