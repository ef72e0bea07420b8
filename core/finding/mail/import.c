#include "finding/mail/import.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/action/action.h"
#include "case/store/blob.h"
#include "case/store/value.h"
#include "finding/indicator/textscan.h"
#include "finding/mail/analysis.h"
#include "finding/mail/mails.h"
#include "finding/mail/read/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mail_told {
	char label[LABEL_TEXT];
	int is_new;
	json_t *mail; /* file, parsed, subject, class: no more of it is kept */
};

struct importing {
	struct mail_import *import;
	struct action *a;
	json_t *mails;          /* SHA-256 -> label */
	json_t *evidence;       /* SHA-256 -> label */
	struct mail_told *told; /* in their order, for when it is committed */
	size_t told_n;
	const void *source;
	char evidence_label[LABEL_TEXT];
	char evidence_sha256[65];
};

/* ---- what is on record */

static int keep_digest(void *ctx, json_t *record)
{
	const char *sha256 = json_get_string(record, "sha256");
	if (sha256)
		json_object_set_new(ctx, sha256, json_string(record_label(record)));
	return 0;
}

/* Evidence whose bytes the case itself holds: mails can be looked at again from it. */
static int keep_held(void *ctx, json_t *record)
{
	const char *form = json_get_string(record, "form");
	return form && strcmp(form, "blob") == 0 ? keep_digest(ctx, record) : 0;
}

static int keep_domains(void *ctx, json_t *record)
{
	const char *domains = json_get_string(record, "domains");
	const char *kind = json_get_string(record, "org_kind");
	while (domains && kind && *domains) {
		size_t n = strcspn(domains, " ,;");
		if (n) {
			char *domain = xstrndup(domains, n);
			for (char *p = domain; *p; p++)
				if (*p >= 'A' && *p <= 'Z')
					*p = (char)(*p + 32);
			json_object_set_new(ctx, domain, json_string(kind));
			free(domain);
		}
		domains += n;
		domains += strspn(domains, " ,;");
	}
	return 0;
}

json_t *mail_parties(struct case_file *c, struct err *err)
{
	json_t *parties = json_object();
	if (record_each(c, "party", 0, keep_domains, parties, err) < 0) {
		json_decref(parties);
		return NULL;
	}
	return parties;
}

/* ---- one file */

static int add_evidence(struct importing *w, const struct mail_found *found, struct err *err)
{
	char size[32];
	struct mail_import *import = w->import;
	mail_sha256(found->source, found->source_n, w->evidence_sha256);
	const char *known = json_get_string(w->evidence, w->evidence_sha256);
	if (known) {
		snprintf(w->evidence_label, sizeof w->evidence_label, "%s", known);
		return 0;
	}
	if (found->source_n > BLOB_LIMIT)
		return err_set(err, ERR_INVALID,
		               _("'%s' is larger than %u MiB: part it, and import the parts; preserve keeps it whole"),
		               found->path, BLOB_LIMIT >> 20);
	if (import->dry_run)
		return 0;
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	const char *slash = strrchr(found->path, '/');
	snprintf(size, sizeof size, "%zu", found->source_n);
	const struct assign all[] = {{"title", slash && slash[1] ? slash + 1 : found->path},
	                             {"type", "mail"},
	                             {"form", "blob"},
	                             {"on", import->on ? import->on : ""},
	                             {"source_path", found->path},
	                             {"source_size", size},
	                             {"method", "provided"},
	                             {"started", now},
	                             {"ended", now},
	                             {"sha256", w->evidence_sha256},
	                             {"complete", "complete"}};
	struct assign fields[sizeof all / sizeof *all];
	size_t count = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (*all[i].value)
			fields[count++] = all[i];
	char sha256[65];
	if (blob_put(import->c, found->source, found->source_n, sha256, err) < 0 ||
	    action_add(w->a, "evidence", fields, count, RECORD_MACHINE, w->evidence_label, err) < 0)
		return -1;
	json_object_set_new(w->evidence, w->evidence_sha256, json_string(w->evidence_label));
	return 0;
}

/* ---- one mail */

static char *finding_ids(const json_t *object)
{
	size_t i;
	json_t *finding;
	struct buf out = BUF_INIT;
	json_array_foreach(json_object_get(object, "findings"), i, finding) {
		const char *id = json_get_string(finding, "id");
		if (!id || strstr(out.data, id))
			continue;
		buf_addf(&out, "%s%s", out.len ? "," : "", id);
	}
	return buf_take(&out, NULL);
}

static int write_mail(struct importing *w, const struct mail_found *found, char label[LABEL_TEXT], struct err *err)
{
	struct assign fields[48];
	size_t count = 0;
	char inside[64];
	char attachments[32];
	char analysis[65];
	const json_t *o = found->object;
	const struct mail_import *import = w->import;
	if (mail_analysis_keep(import->c, found->object, analysis, err) < 0)
		return -1;
	const char *subject = json_get_string(o, "subject");
	char *ids = finding_ids(o);
	snprintf(inside, sizeof inside, "%zu", found->number + 1);
	snprintf(attachments, sizeof attachments, "%lld",
	         (long long)json_integer_value(json_object_get(o, "attachments")));
	fields[count++] = (struct assign){"subject", subject && *subject ? subject : MAIL_NO_SUBJECT};
	for (size_t i = 0; mail_fields[i]; i++) {
		const char *text = json_get_string(o, mail_fields[i]);
		if (text && *text)
			fields[count++] = (struct assign){mail_fields[i], text};
	}
	fields[count++] = (struct assign){"attachments", attachments};
	fields[count++] = (struct assign){"analysis", analysis};
	fields[count++] = (struct assign){"evidence", w->evidence_label};
	if (found->is_member)
		fields[count++] = (struct assign){"inside", inside};
	if (*ids)
		fields[count++] = (struct assign){"findings", ids};
	if (import->consultation)
		fields[count++] = (struct assign){"consultation", import->consultation};
	if (import->obtained)
		fields[count++] = (struct assign){"obtained", import->obtained};
	if (import->integrity)
		fields[count++] = (struct assign){"integrity", import->integrity};
	int rc = action_add(w->a, "mail", fields, count, RECORD_MACHINE, label, err);
	free(ids);
	return rc;
}

static void keep_told(struct importing *w, const char *label, int is_new, const json_t *object)
{
	if (w->told_n % 256 == 0)
		w->told = xrealloc(w->told, (w->told_n + 256) * sizeof *w->told);
	struct mail_told *told = &w->told[w->told_n++];
	snprintf(told->label, sizeof told->label, "%s", label);
	told->is_new = is_new;
	told->mail = NULL;
	if (w->import->label)
		told->mail =
		    json_pack("{s:O* s:O* s:O* s:O* s:O*}", "file", json_object_get(object, "file"), "member",
		              json_object_get(object, "member"), "parsed", json_object_get(object, "parsed"), "subject",
		              json_object_get(object, "subject"), "class", json_object_get(object, "class"));
}

static int take_mail(void *ctx, const struct mail_found *found, struct err *err)
{
	struct importing *w = ctx;
	char label[LABEL_TEXT] = "";
	const char *sha256 = json_get_string(found->object, "sha256");
	const char *known = sha256 ? json_get_string(w->mails, sha256) : NULL;
	if (known) {
		w->import->known++;
		keep_told(w, known, 0, found->object);
		return 0;
	}
	if (found->number == 0 || found->source != w->source) {
		w->source = found->source;
		if (add_evidence(w, found, err) < 0)
			return -1;
	}
	if (!w->import->dry_run && write_mail(w, found, label, err) < 0)
		return err_prefix(err, "%s", found->path);
	if (sha256)
		json_object_set_new(w->mails, sha256, json_string(label));
	w->import->added++;
	keep_told(w, label, 1, found->object);
	return 0;
}

static int open_path(void *ctx, const char *path, struct err *err)
{
	struct importing *w = ctx;
	return w->import->open(w->import->ctx, path, err);
}

static void tell_trouble(void *ctx, const char *path, const char *why)
{
	struct importing *w = ctx;
	if (w->import->trouble)
		w->import->trouble(w->import->ctx, path, why);
}

static int check_label(struct case_file *c, const char *label, const char *option, const char *field, struct err *err)
{
	const struct kind *mail = kind_find("mail");
	if (!label)
		return 0;
	json_t *record = record_get(c, label, 0, err);
	const struct field *f = field ? kind_field(mail, field) : NULL;
	int ok = record && (!f || field_accepts_kind(f, record_kind(record)));
	json_decref(record);
	return ok ? 0 : err_set(err, ERR_USAGE, _("%s %s: not such a record of this case"), option, label);
}

/* What is said of all mails is judged before they are read: a dry run, or mails that are known, would not show it. */
static int check_value(struct case_file *c, const char *field, const char *text, struct err *err)
{
	struct value_context context = {.c = c};
	json_t *value = text ? value_parse(&context, kind_field(kind_find("mail"), field), text, NULL, err) : NULL;
	json_decref(value);
	return text && !value ? -1 : 0;
}

int mail_import(struct mail_import *import, const char *const *paths, size_t count, struct err *err)
{
	struct importing w = {.import = import, .mails = json_object(), .evidence = json_object()};
	struct mails m = {.open = import->open ? open_path : NULL,
	                  .found = take_mail,
	                  .trouble = tell_trouble,
	                  .only_mails = 1,
	                  .ctx = &w,
	                  .progress = import->progress};
	int rc = -1;
	json_t *parties = mail_parties(import->c, err);
	m.request = json_pack("{s:o* s:b s:O*}", "parties", parties, "forwarded", import->forwarded, "passwords",
	                      (json_t *)(uintptr_t)import->passwords);
	if (!parties || check_label(import->c, import->on, "--on", NULL, err) < 0 ||
	    check_label(import->c, import->consultation, "--consultation", "consultation", err) < 0 ||
	    check_value(import->c, "obtained", import->obtained, err) < 0 ||
	    check_value(import->c, "integrity", import->integrity, err) < 0 ||
	    record_each(import->c, "mail", 0, keep_digest, w.mails, err) < 0 ||
	    record_each(import->c, "evidence", 0, keep_held, w.evidence, err) < 0)
		goto out;
	if (!import->dry_run && !(w.a = action_begin(import->c, "import", err)))
		goto out;
	case_cache(import->c, CASE_CACHE_BULK);
	rc = mails_look(&m, paths, count, err);
	import->not_whole = m.not_whole;
	import->unread = m.unread;
	import->left = m.left;
	if (rc == 0 && w.a) {
		char *subject = xasprintf("import %zu mail%s", import->added, import->added == 1 ? "" : "s");
		action_subject(w.a, subject);
		free(subject);
		rc = action_commit(w.a, err);
		w.a = NULL;
	}
	for (size_t i = 0; i < w.told_n && rc == 0 && import->label; i++)
		import->label(import->ctx, w.told[i].label, w.told[i].is_new, w.told[i].mail);
out:
	action_cancel(w.a);
	case_cache(import->c, CASE_CACHE);
	json_decref(m.request);
	json_decref(w.mails);
	json_decref(w.evidence);
	for (size_t i = 0; i < w.told_n; i++)
		json_decref(w.told[i].mail);
	free(w.told);
	return rc;
}

/* ---- what was kept */

int mail_source(struct case_file *c, const char *label, struct buf *out, size_t *number, int *forwarded,
                struct err *err)
{
	json_t *record = mail_record(c, label, err);
	int rc = record ? 0 : -1;
	const char *inside = json_get_string(record, "inside");
	const json_t *evidence = json_object_get(record, "evidence");
	const char *first = json_string_value(json_is_array(evidence) ? json_array_get(evidence, 0) : evidence);
	*number = inside ? strtoul(inside, NULL, 10) - 1 : 0;
	*forwarded = json_get_string(record, "carrier") != NULL;
	if (rc == 0 && !first)
		rc = err_set(err, ERR_NOT_FOUND, _("%s has no evidence: its bytes are not in this case"), label);
	json_t *e = rc == 0 ? record_get(c, first, RECORD_WITH_RETRACTED, err) : NULL;
	const char *sha256 = json_get_string(e, "sha256");
	if (rc == 0)
		rc = sha256
		         ? blob_get(c, sha256, out, err)
		         : err_set(err, ERR_NOT_FOUND, _("%s has no evidence: its bytes are not in this case"), label);
	json_decref(e);
	json_decref(record);
	return rc;
}

int mail_renew(struct case_file *c, struct action *a, const json_t *record, json_t *object, int *changed,
               struct err *err)
{
	struct assign fields[48];
	size_t count = 0;
	char analysis[65];
	const char *before = json_get_string(record, "analysis");
	const char *basis = json_get_string(record, "sender_basis");
	int by_person = basis && strcmp(basis, "person") == 0;
	if (mail_analysis_keep(c, object, analysis, err) < 0)
		return -1;
	*changed = !before || strcmp(before, analysis) != 0;
	if (!*changed)
		return 0;
	char *ids = finding_ids(object);
	/* what a person may have entered since is not touched: only what genba alone writes, and the class of the sender */
	for (size_t i = 0; i < MAIL_JUDGED; i++) {
		const char *text = json_get_string(object, mail_fields[i]);
		if (!(by_person && strncmp(mail_fields[i], "sender", 6) == 0))
			fields[count++] = (struct assign){mail_fields[i], text ? text : ""};
	}
	fields[count++] = (struct assign){"analysis", analysis};
	fields[count++] = (struct assign){"findings", ids};
	int rc = action_set(a, record_label(record), fields, count, RECORD_MACHINE, err);
	free(ids);
	return rc;
}

int mail_add_file(struct case_file *c, const char *mail, int fd, const char *path, const char *url,
                  char label[LABEL_TEXT], struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct buf safe = BUF_INIT;
	char sha256[65];
	char size[32];
	char now[CLOCK_TEXT];
	struct action *a = NULL;
	json_t *record = mail_record(c, mail, err);
	int rc = record ? buf_read_fd(&bytes, fd, BLOB_LIMIT, err) : -1;
	clock_format(clock_now(), now);
	snprintf(size, sizeof size, "%zu", bytes.len);
	const char *slash = strrchr(path, '/');
	textscan_defang(url ? url : "", url ? strlen(url) : 0, &safe);
	if (rc == 0)
		rc = (a = action_begin(c, "preserve", err)) ? 0 : -1;
	if (rc == 0)
		rc = blob_put(c, bytes.data, bytes.len, sha256, err);
	const struct assign fields[] = {{"title", slash && slash[1] ? slash + 1 : path},
	                                {"type", "sample"},
	                                {"form", "blob"},
	                                {"source_path", path},
	                                {"source_size", size},
	                                {"method", "provided"},
	                                {"started", now},
	                                {"ended", now},
	                                {"sha256", sha256},
	                                {"complete", "complete"},
	                                {"from_mail", mail},
	                                {"from_url", safe.data}};
	size_t count = sizeof fields / sizeof *fields - (safe.len ? 0 : 1);
	if (rc == 0)
		rc = action_add(a, "evidence", fields, count, RECORD_MACHINE, label, err);
	if (rc == 0)
		rc = action_commit(a, err);
	else
		action_cancel(a);
	json_decref(record);
	buf_release(&bytes);
	buf_release(&safe);
	return rc;
}
