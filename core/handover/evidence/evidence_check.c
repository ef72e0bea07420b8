#include "handover/evidence/evidence_check.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "evidence/compare.h"
#include "evidence/image/place.h"
#include "evidence/image/stored.h"
#include "evidence/readable.h"
#include "handover/evidence/evidence_copy.h"
#include "handover/parcel/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evidence_check_checking {
	struct case_file *c;
	char *folder; /* absolute, or NULL */
	const struct progress *progress;
	struct evidence_checked *out;
	json_t *used; /* names in the folder that are accounted for */
	struct err *err;
};

static void keep_place(struct evidence_check_checking *k, const char *label, const char *form, const char *path)
{
	struct buf encoded = BUF_INIT;
	pathname_encode(path, &encoded);
	json_object_set_new(k->out->places, label, json_pack("{s:s, s:s}", "form", form, "path", encoded.data));
	buf_release(&encoded);
}

static void miss(struct evidence_check_checking *k, const char *label, const char *text)
{
	remark_words(&k->out->missing, "%s: ", label);
	buf_addf(&k->out->missing.shown, "%s\n", text);
	buf_addf(&k->out->missing.english, "%s\n", i18n_english(text));
}

static void use_members(struct evidence_check_checking *k, enum stored_shape shape, const char *path)
{
	for (size_t i = 0;; i++) {
		char *member = stored_member(shape, path, i);
		int there = member && (i == 0 || access(member, F_OK) == 0);
		if (there)
			json_object_set_new(k->used, strrchr(member, '/') + 1, json_true());
		free(member);
		if (!there)
			break;
	}
}

/* What lies at its place is compared. -1: cancelled. */
static int check_there(struct evidence_check_checking *k, struct transfer_item *item, json_t *record, const char *path,
                       int folder)
{
	struct err why = ERR_INIT;
	const char *form = json_get_string(record, "form");
	enum stored_shape shape = folder ? STORED_ONE_FILE : stored_shape(record, path);
	const char *here = shape == STORED_FOREIGN_PARTS                   ? PLACE_PARTS
	                   : folder || (form && strcmp(form, "hash") == 0) ? "raw"
	                                                                   : form;
	char kept[16];
	snprintf(kept, sizeof kept, "%s", here); /* the record is about to change */
	use_members(k, shape, path);
	item->came = folder                          ? "folder"
	             : shape == STORED_FOREIGN_PARTS ? "parts"
	             : strcmp(kept, "sealed") == 0   ? "sealed"
	             : strcmp(kept, "ewf") == 0      ? "ewf"
	                                             : "raw";
	if (evidence_lacks_key(record)) {
		item->result = "not_checked";
		keep_place(k, item->label, kept, path);
		miss(k, item->label, _("its container is here, but not its key: it cannot be read or checked"));
		return 0;
	}
	evidence_lies(record, kept, path);
	if (evidence_compare(k->c, record, k->progress, &why) == 0) {
		item->result = "same";
		keep_place(k, item->label, kept, path);
		return 0;
	}
	if (why.code == ERR_CANCELLED)
		return err_take(k->err, &why);
	/* the comparison of a folder says itself what it could not read */
	struct err unread = ERR_INIT;
	int rc = folder                                  ? (why.code == ERR_DAMAGED ? 0 : err_take(&unread, &why))
	         : evidence_has_other_size(k->c, record) ? 0
	                                                 : readable_stored(shape, path, k->progress, &unread);
	if (rc < 0 && unread.code == ERR_CANCELLED)
		return err_take(k->err, &unread);
	if (rc < 0) {
		item->result = "not_checked"; /* the medium is at fault, and who sent it is not accused */
		keep_place(k, item->label, kept, path);
		miss(k, item->label,
		     _("its bytes are here, but they could not be read: whether they are those on record is "
		       "not known"));
		why = unread;
	} else {
		item->result = "different";
		miss(k, item->label, _("the bytes that came are not those on record"));
	}
	char *line = printable_dup(why.message);
	char *english = printable_dup(why.english);
	buf_addf(&k->out->missing.shown, "  %s\n", line);
	buf_addf(&k->out->missing.english, "  %s\n", english);
	free(line);
	free(english);
	return 0;
}

static int is_there(const char *path)
{
	char *part = stored_member(STORED_SPLIT, path, 0);
	int there = access(path, F_OK) == 0 || access(part, F_OK) == 0;
	free(part);
	return there;
}

static int check_item(void *ctx, json_t *listed)
{
	struct evidence_check_checking *k = ctx;
	const char *form = json_get_string(listed, "form");
	const char *sha256 = json_get_string(listed, "sha256");
	struct buf bytes = BUF_INIT;
	struct buf at = BUF_INIT;
	k->out->items = xrealloc(k->out->items, (k->out->count + 1) * sizeof *k->out->items);
	struct transfer_item *item = &k->out->items[k->out->count++];
	snprintf(item->label, sizeof item->label, "%s", record_label(listed));
	snprintf(item->sha256, sizeof item->sha256, "%s", sha256 ? sha256 : "");
	item->result = "not_checked";
	item->came = "";
	int rc = 0;
	if (sha256 && form && strcmp(form, "blob") == 0) { /* its digest is checked as it is read */
		if (blob_get(k->c, sha256, &bytes, NULL) == 0)
			item->result = "same", item->came = "case";
	} else if (sha256 && evidence_has_bytes(form) && k->folder) {
		json_t *record = record_get(k->c, item->label, RECORD_REVEAL, k->err);
		char *name = record ? evidence_copy_name(record, NULL) : NULL;
		char *path = name ? xasprintf("%s/%s", k->folder, name) : NULL;
		int folder = record && stored_folder(k->c, record, &bytes, &at);
		rc = record ? 0 : -1;
		if (path && is_there(path))
			rc = check_there(k, item, record, path, folder);
		free(path);
		free(name);
		json_decref(record);
	}
	buf_release(&bytes);
	buf_release(&at);
	return rc;
}

/* Whether a file lies there by the beginning of the name that evidence travels under. */
static int lies_there(const json_t *found, const char *label)
{
	const char *sha256;
	json_t *path;
	size_t n = strlen(label);
	json_object_foreach((json_t *)(uintptr_t)found, sha256, path) {
		const char *text = json_string_value(path);
		const char *slash = text ? strrchr(text, '/') : NULL;
		const char *name = slash ? slash + 1 : text;
		if (name && strncmp(name, label, n) == 0 && name[n] == '-')
			return 1;
	}
	return 0;
}

/* Where something is missed, what could not be read may be it. */
static void tell_unread(struct evidence_check_checking *k, const struct folder_unread *unread)
{
	char *line = printable_dup(unread->first.message);
	char *english = printable_dup(unread->first.english);
	struct remark *out = &k->out->missing;
	buf_addf(&out->shown, _("  of what lies here, not all could be read (%zu), the first: %s\n"), unread->count,
	         line);
	buf_addf(&out->english, i18n_english(_("  of what lies here, not all could be read (%zu), the first: %s\n")),
	         unread->count, english);
	free(line);
	free(english);
}

/* Those that are not where they should be may have another name now. */
static int look_by_digest(struct evidence_check_checking *k)
{
	int open = 0;
	struct folder_unread unread = {0, ERR_INIT};
	struct buf absent = BUF_INIT; /* many may be: one line names them all */
	size_t absent_count = 0;
	for (size_t i = 0; i < k->out->count; i++)
		open |= !*k->out->items[i].came && *k->out->items[i].sha256;
	json_t *found =
	    open && k->folder ? folder_digests(k->folder, k->used, k->progress, &unread, k->err) : json_object();
	for (size_t i = 0; found && i < k->out->count; i++) {
		struct transfer_item *item = &k->out->items[i];
		const char *path = json_get_string(found, item->sha256);
		struct buf bytes = BUF_INIT;
		if (*item->came)
			continue;
		if (path && pathname_decode(path, &bytes) == 0) {
			item->result = "same";
			item->came = "raw";
			keep_place(k, item->label, "raw", bytes.data);
		} else if (*item->sha256 && lies_there(found, item->label)) {
			item->result = "different";
			miss(k, item->label, _("the bytes that came are not those on record"));
		} else if (*item->sha256) {
			buf_addf(&absent, "%s%s", absent_count++ ? ", " : "", item->label);
		}
		buf_release(&bytes);
	}
	if (absent.len)
		miss(k, absent.data, absent_count > 1 ? _("their bytes are not here") : _("its bytes are not here"));
	if (absent.len && unread.count)
		tell_unread(k, &unread);
	buf_release(&absent);
	int rc = found ? 0 : -1;
	json_decref(found);
	return rc;
}

int evidence_check_all(struct case_file *c, const char *folder, const struct progress *progress,
                       struct evidence_checked *out, struct err *err)
{
	struct evidence_check_checking k = {c, NULL, progress, out, json_object(), err};
	memset(out, 0, sizeof *out);
	out->missing = (struct remark)REMARK_INIT;
	out->places = json_object();
	int rc = 0;
	if (folder && !(k.folder = realpath(folder, NULL)))
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot read '%s'"), folder);
	if (rc == 0)
		rc = record_each(c, "evidence", 0, check_item, &k, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = look_by_digest(&k);
	json_decref(k.used);
	free(k.folder);
	return rc;
}

void evidence_checked_release(struct evidence_checked *out)
{
	free(out->items);
	json_decref(out->places);
	remark_release(&out->missing);
	memset(out, 0, sizeof *out);
}
