#include "evidence/compare.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "evidence/acquire/acquire.h"
#include "evidence/acquire/tree.h"
#include "evidence/image/stored.h"

#include <string.h>

int evidence_has_bytes(const char *form)
{
	static const char *const forms[] = {"hash", "raw", "sealed", "ewf", "blob"};
	for (size_t i = 0; form && i < sizeof forms / sizeof *forms; i++)
		if (strcmp(form, forms[i]) == 0)
			return 1;
	return 0;
}

int evidence_lacks_key(const json_t *record)
{
	const char *form = json_get_string(record, "form");
	const char *key = json_get_string(record, "container_key");
	return form && strcmp(form, "sealed") == 0 &&
	       (!key || strlen(key) != (size_t)2 * GEV_KEY || strspn(key, "0123456789abcdef") != strlen(key));
}

static int compare_differs(struct err *err)
{
	return err_set(err, ERR_DAMAGED, _("the bytes differ from the digest on record"));
}

struct folder_damage {
	struct remark first;
	unsigned long long count;
	struct remark unread; /* the first that could not be read */
};

static void count_damage(void *ctx, const char *path, const struct remark *what, int unread)
{
	struct folder_damage *d = ctx;
	struct remark *first = unread ? &d->unread : &d->first;
	if (first->shown.len == 0) {
		remark_words(first, "%s: ", path);
		remark_join(first, what);
	}
	d->count += !unread;
}

static int compare_folder(const json_t *record, const struct buf *manifest, const char *path,
                          const struct progress *progress, struct err *err)
{
	const char *form = json_get_string(record, "form");
	struct folder_damage damage = {REMARK_INIT, 0, REMARK_INIT};
	struct tree_comparing how = {.progress = progress,
	                             .in_place = form && strcmp(form, "hash") == 0,
	                             .finding = count_damage,
	                             .ctx = &damage};
	int rc = tree_verify(manifest->data, path, &how, NULL, err);
	if (rc == 0 && damage.count)
		rc = err_set(err, ERR_DAMAGED, _("%llu entries of the folder differ from its manifest, first: %s"),
		             damage.count, damage.first.shown.data);
	if (rc < 0 && damage.count && err) /* what goes on record has the finding in English, too */
		snprintf(err->english, sizeof err->english,
		         i18n_english(_("%llu entries of the folder differ from its manifest, first: %s")),
		         damage.count, damage.first.english.data);
	if (rc == 0 && damage.unread.shown.len) {
		rc = err_set(err, ERR_FAILED, "%s", damage.unread.shown.data);
		if (err)
			snprintf(err->english, sizeof err->english, "%s", damage.unread.english.data);
	}
	remark_release(&damage.first);
	remark_release(&damage.unread);
	return rc;
}

static void first_damage(void *ctx, const char *text)
{
	struct buf *first = ctx;
	if (!first->len)
		buf_adds(first, text);
}

/* Of a container every byte counts, also where its content is whole. */
static int compare_sealed(const json_t *record, struct stored *s, const struct progress *progress, struct err *err)
{
	struct digest *d = digest_new(0);
	struct digest_result is;
	struct buf first = BUF_INIT;
	uint64_t damages = gev_check(&s->sealed, d, progress, first_damage, &first);
	const char *sha256 = json_get_string(record, "sha256");
	int rc = progress_step(progress, record_label(record), 0, 0, err);
	digest_end(d, &is);
	if (rc == 0 && damages)
		rc = err_set(err, ERR_DAMAGED, "%s", first.data);
	else if (rc == 0 && (!sha256 || strcmp(sha256, is.sha256) != 0))
		rc = compare_differs(err);
	digest_result_release(&is);
	digest_free(d);
	buf_release(&first);
	return rc;
}

static int compare_content(struct case_file *c, json_t *record, const struct progress *progress, struct err *err)
{
	struct stored s;
	struct err why = ERR_INIT;
	if (stored_open_record(&s, c, record, err) < 0)
		return -1;
	if (s.kind == STORED_SEALED) {
		int sealed = compare_sealed(record, &s, progress, err);
		stored_close(&s);
		return sealed;
	}
	struct acquisition a = {
	    .source = &s.source, .label = record_label(record), .no_pieces = 1, .progress = progress};
	struct digest_result is = {.size = 0, .pieces = BUF_INIT};
	const char *sha256 = json_get_string(record, "sha256");
	int rc = acquire(&a, &is, &why);
	if (rc < 0)
		err_set(err, why.code == ERR_CANCELLED ? ERR_CANCELLED : ERR_DAMAGED, "%s", why.message);
	else if (a.unreadable.count || !sha256 || strcmp(sha256, is.sha256) != 0)
		rc = compare_differs(err);
	digest_result_release(&is);
	ranges_release(&a.unreadable);
	stored_close(&s);
	return rc;
}

int evidence_compare(struct case_file *c, json_t *record, const struct progress *progress, struct err *err)
{
	struct buf manifest = BUF_INIT;
	struct buf path = BUF_INIT;
	int rc = stored_folder(c, record, &manifest, &path)
	             ? compare_folder(record, &manifest, path.data, progress, err)
	             : compare_content(c, record, progress, err);
	buf_release(&manifest);
	buf_release(&path);
	return rc;
}

int evidence_has_other_size(struct case_file *c, json_t *record)
{
	struct stored s;
	if (stored_open_record(&s, c, record, NULL) < 0)
		return 0;
	int other = stored_has_other_size(&s, record);
	stored_close(&s);
	return other;
}
