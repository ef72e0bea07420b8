/* What a reader must know before he concludes anything from a sweep. In English whatever the screen speaks: it is on record.
 * Sentences between N_() are translated where a report tells them. */
#include "finding/sweep/record/sweep_record_private.h"

#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/zone.h"
#include "finding/observation/observation_lost.h"
#include "finding/sweep/sweep_engine.h"
#include "finding/sweep/sweep_source.h"

#include <stdlib.h>
#include <string.h>

static void add_printable(struct buf *out, const char *text)
{
	printable_add(out, text, strlen(text), PRINTABLE_LINE);
}

static int is_in(const struct sweep_work *w, const struct swept_evidence *e, const unsigned char *wanted)
{
	return e->wanted && memcmp(e->wanted, wanted, w->pairs.bytes) == 0;
}

/* The sentence, if some evidence of the check is of that sort. */
static void add_if(const struct sweep_work *w, const unsigned char *wanted, size_t sort, const char *sentence,
                   struct buf *out)
{
	int any = 0;
	for (size_t i = 0; i < w->count; i++)
		any |= is_in(w, w->evidence[i], wanted) && *(const int *)((const char *)w->evidence[i] + sort);
	if (any)
		buf_addf(out, "%s\n", sentence);
}

/* Its zone, if that moved no time because it cannot be read. */
static void write_zone(const struct swept_evidence *e, struct buf *out)
{
	char near[ZONE_NAME];
	if (!e->timezone || zone_is_known(e->timezone))
		return;
	buf_addf(out, "Time zone that cannot be read: %s: ", e->label);
	add_printable(out, e->timezone);
	if (zone_nearest(e->timezone, near) == 0)
		buf_addf(out, " (perhaps %s)", near);
	buf_addc(out, '\n');
}

void sweep_write_limits(const struct sweep_work *w, const unsigned char *wanted, struct buf *out)
{
	const struct sweep_run *run = &w->run;
	buf_addf(out, "Engine: %s. List: %zu indicators, SHA-256 %s.\n", SWEEP_MADE, w->order->list->count,
	         w->outcome->list_sha256);
	buf_addf(out,
	         "Read in this sweep: %llu files, %llu members of archives, %llu bytes. Hits: %llu, of which %llu "
	         "lines are kept.\n",
	         (unsigned long long)run->files, (unsigned long long)run->members, (unsigned long long)run->bytes,
	         (unsigned long long)run->hits, (unsigned long long)run->kept);
	buf_addf(out, "What is packed was unpacked to at most %llu times its size beyond 64 MiB%s.\n",
	         (unsigned long long)(run->ratio ? run->ratio : SWEEP_RATIO),
	         run->ratio > SWEEP_RATIO ? " (raised by hand)" : "");
	for (size_t i = 0; i < w->count; i++) {
		const struct swept_evidence *e = w->evidence[i];
		if (is_in(w, e, wanted)) {
			buf_addf(out, "%s, SHA-256 %s: %llu hits kept", e->label, e->sha256,
			         (unsigned long long)e->hits);
			if (*e->set_sha256)
				buf_addf(out, ", " OBSERVATION_DIGEST_OF_SET "%s", e->set_sha256);
			buf_adds(out, ".\n");
		}
	}
	for (size_t i = 0; i < w->count; i++)
		if (w->evidence[i]->unread) {
			buf_addf(out, "Not read: %s: ", w->evidence[i]->label);
			add_printable(out, w->evidence[i]->unread);
			buf_addc(out, '\n');
		}
	if (w->problem_count)
		buf_addf(out, "Could not be read to the end: %llu places.\n%s", (unsigned long long)w->problem_count,
		         w->problems.data);
	for (size_t i = 0; i < w->count; i++)
		if (w->evidence[i]->gaps && is_in(w, w->evidence[i], wanted)) {
			buf_addf(out, "Gaps of the log %s: ", w->evidence[i]->label);
			add_printable(out, w->evidence[i]->gaps);
			buf_addc(out, '\n');
		}
	for (size_t i = 0; i < w->count; i++)
		if (is_in(w, w->evidence[i], wanted))
			write_zone(w->evidence[i], out);
	for (size_t i = 0; i < w->count; i++)
		if (is_in(w, w->evidence[i], wanted) && !*w->evidence[i]->asset)
			buf_addf(out, "%s does not say of which asset it is.\n", w->evidence[i]->label);
	if (w->https)
		buf_addf(out, "%llu indicators are https URLs: a CONNECT line of a proxy shows only their host%s.\n",
		         (unsigned long long)w->https,
		         w->order->flags & SWEEP_HOSTS_OF_URLS ? ", which was looked for too (weaker hits)"
		                                               : ", which was not looked for (--hosts-of-urls)");
	buf_addf(out, "%s\n",
	         N_("Uploads (POST, PUT, CONNECT) were counted by client and hour, of lines of logs, to indicators of "
	            "the role upload and to known services that keep files; a CONNECT may be an upload or not."));
	add_if(w, wanted, offsetof(struct swept_evidence, is_log),
	       N_("The size in lines of squid is what went to the client, not what was sent out."), out);
	add_if(w, wanted, offsetof(struct swept_evidence, is_raw),
	       N_("Images were read as their raw media: what is compressed, encrypted or lies in pieces there is not "
	          "seen."),
	       out);
	for (size_t i = 0; i < w->count; i++) {
		const struct swept_evidence *e = w->evidence[i];
		if (is_in(w, e, wanted) && e->files)
			buf_addf(out,
			         "%s: %llu files of text, mail, event logs, hives, databases and archives up to 64 MiB "
			         "were read as files, too.\n",
			         e->label, (unsigned long long)e->files);
		if (is_in(w, e, wanted) && e->uncovered.len)
			buf_addf(out, "%s: no files could be read as files in: %s.\n", e->label, e->uncovered.data);
	}
	add_if(w, wanted, offsetof(struct swept_evidence, is_mail),
	       N_("Mails were read as they are: what is encoded in them (base64, quoted-printable) is not seen."), out);
	buf_addf(out, "%s\n",
	         N_("Windows event logs, registry hives and documents that are archives were read raw, which has "
	            "holes; their observations, where they were triaged, were read too."));
}
