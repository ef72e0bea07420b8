#include "handover/evidence/evidence_copy.h"

#include "base/err.h"
#include "base/file/part_error.h"
#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"
#include "evidence/acquire/tree.h"
#include "evidence/compare.h"
#include "evidence/image/place.h"
#include "evidence/image/stored.h"
#include "evidence/preserve.h"
#include "handover/parcel/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING_MOST 12

/* The ending is kept as it is: parts and segments are counted by it. */
static char *evidence_copy_harmless(const char *name)
{
	const char *dot = strrchr(name, '.');
	int has_ending = dot && dot > name && strlen(dot + 1) <= ENDING_MOST && safe_name_check(dot + 1);
	char *stem = has_ending ? xstrndup(name, (size_t)(dot - name)) : xstrdup(name);
	char *safe = safe_name_from(stem, "evidence");
	char *whole = has_ending ? xasprintf("%s.%s", safe, dot + 1) : xstrdup(safe);
	free(safe);
	free(stem);
	return whole;
}

static const char *place_field(const json_t *record)
{
	const char *form = json_get_string(record, "form");
	return form && strcmp(form, "hash") == 0 ? "source_path" : "copy_path";
}

char *evidence_copy_name(const json_t *record, struct err *err)
{
	struct buf path = BUF_INIT;
	const char *label = safe_name(record_label(record), err);
	char *whole = NULL;
	if (label && stored_path(record, place_field(record), &path) < 0)
		err_set(err, ERR_NOT_FOUND, _("the record does not say where its bytes lie"));
	else if (label) {
		while (path.len > 1 && path.data[path.len - 1] == '/')
			buf_truncate(&path, path.len - 1);
		char *name = evidence_copy_harmless(strrchr(path.data, '/') + 1);
		whole = xasprintf("%s-%s", label, name);
		free(name);
	}
	buf_release(&path);
	return whole;
}

static int add_with_key(void *ctx, json_t *record)
{
	const char *form = json_get_string(record, "form");
	if (form && strcmp(form, "sealed") == 0 && !evidence_lacks_key(record))
		json_array_append_new(ctx, json_string(record_label(record)));
	return 0;
}

int evidence_with_key(struct case_file *c, json_t *labels, struct err *err)
{
	return record_each(c, "evidence", RECORD_REVEAL, add_with_key, labels, err) < 0 ? -1 : 0;
}

/* ---- copying */

struct copying {
	struct case_file *c;
	const struct evidence_copying *how;
	struct evidence_copied *out;
	struct err *err;
};

static void say(const struct copying *k, const char *label, const char *text)
{
	k->how->say(k->how->ctx, label, text);
}

/* What is copied, and where to. */
struct item {
	enum stored_shape shape;
	int folder;
	char *from;
	char *to;        /* absolute */
	size_t first;    /* file or folder that was not there from an attempt before */
	size_t made;     /* those that are there now */
	char sha256[65]; /* of the last file */
};

/* Under a name of its own until it is whole. One that is there from an attempt before is compared by the caller. */
static int copy_folder(const struct copying *k, struct item *it, struct err *err)
{
	const char *from = it->from;
	const char *to = it->to;
	struct stat st;
	if (lstat(to, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : err_set(err, ERR_EXISTS, _("'%s' exists already"), to);
	char *part = xasprintf("%s.part", to);
	struct manifest m;
	struct tree_options options = {.copy_to = part, .progress = k->how->progress};
	path_remove_folder(part);
	manifest_init(&m);
	int rc = mkdir(part, 0700) < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to)
	                               : tree_make(&m, from, &options, err);
	if (rc == 0 && m.interrupted)
		rc = err_set(err, ERR_CANCELLED, _("cancelled"));
	if (rc == 0 && path_rename_new(AT_FDCWD, part, to) < 0)
		rc = err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), to);
	if (rc < 0) {
		path_remove_folder(part);
		part_error_name(err, part, to);
	} else {
		path_sync_folder(to);
		it->made = 1;
	}
	manifest_release(&m);
	free(part);
	return rc;
}

/* The files of one item, each as it is. */
static int copy_files(const struct copying *k, struct item *it, struct err *err)
{
	int rc = 0;
	int more = 1;
	while (rc == 0 && more) {
		struct stat st;
		char *source = stored_member(it->shape, it->from, it->made);
		char *target = stored_member(it->shape, it->to, it->made);
		more = source && target && (it->made == 0 || access(source, F_OK) == 0);
		int before = more && lstat(target, &st) == 0;
		if (more)
			rc = folder_copy(source, target, k->how->progress, it->sha256, err);
		if (more && rc == 0) {
			it->made++;
			it->first += (size_t)before;
		}
		free(source);
		free(target);
	}
	return rc;
}

/* A device in place: what goes along is its content. */
static int copy_device(const struct copying *k, const char *label, struct item *it, struct err *err)
{
	int rc = evidence_extract(k->c, label, it->to, 0, k->how->progress, err);
	it->made = rc == 0;
	return rc;
}

static void remove_made(const struct item *it)
{
	for (size_t i = it->first; i < it->made; i++) {
		char *target = stored_member(it->shape, it->to, i);
		if (it->folder)
			path_remove_folder(target);
		else
			unlink(target);
		free(target);
	}
}

/* The container goes as it is; whether its content is the same only its key tells. */
static int is_same(const struct copying *k, json_t *record, const struct item *it, struct err *err)
{
	const char *form = json_get_string(record, "form");
	const char *sha256 = json_get_string(record, "sha256");
	int plain = strcmp(form, "hash") == 0 || (strcmp(form, "raw") == 0 && it->shape == STORED_ONE_FILE);
	if (evidence_lacks_key(record) || (plain && !it->folder && strcmp(it->sha256, sha256) == 0))
		return 0;
	evidence_lies(record, it->shape == STORED_FOREIGN_PARTS ? PLACE_PARTS : plain ? "raw" : form, it->to);
	return evidence_compare(k->c, record, k->how->progress, err);
}

static int travels(const char *const *secrets, const char *label)
{
	for (; secrets && *secrets; secrets++)
		if (strcmp(*secrets, label) == 0)
			return 1;
	return 0;
}

static int copy_bytes(const struct copying *k, const char *label, struct item *it, struct err *err)
{
	struct stat st;
	if (it->folder)
		return copy_folder(k, it, err);
	if (it->shape == STORED_ONE_FILE && stat(it->from, &st) == 0 && S_ISBLK(st.st_mode))
		return copy_device(k, label, it, err);
	return copy_files(k, it, err);
}

/* `name` is what the record as everybody has it says; where the bytes lie, what this copy of the case knows. */
static int copy_item(const struct copying *k, json_t *record, const char *name, struct err *err)
{
	struct buf manifest = BUF_INIT;
	struct buf from = BUF_INIT;
	char *whole = realpath(k->how->folder, NULL);
	struct item it = {.to = whole ? xasprintf("%s/%s", whole, name) : NULL};
	int rc = whole ? 0 : err_set_errno(err, ERR_FAILED, errno, _("cannot open '%s'"), k->how->folder);
	it.folder = stored_folder(k->c, record, &manifest, &from);
	buf_clear(&from);
	if (rc == 0 && stored_path(record, place_field(record), &from) < 0)
		rc = err_set(err, ERR_NOT_FOUND, _("the record does not say where its bytes lie"));
	it.from = from.data;
	it.shape = rc == 0 && !it.folder ? stored_shape(record, from.data) : STORED_ONE_FILE;
	if (rc == 0)
		rc = copy_bytes(k, record_label(record), &it, err);
	if (rc == 0)
		rc = is_same(k, record, &it, err);
	if (rc < 0 && it.to)
		remove_made(&it);
	free(whole);
	free(it.to);
	buf_release(&manifest);
	buf_release(&from);
	return rc;
}

/* 1 if this copy of the case has the content alone of what was a container or an image. */
static int is_content_only(const char *form, const json_t *here)
{
	return strcmp(form, "hash") != 0 && strcmp(form, json_get_string(here, "form")) != 0;
}

static char *name_of(const char *form, const json_t *record, struct case_file *c, json_t *here, struct err *err)
{
	char *name = evidence_copy_name(record, err);
	evidence_here(c, here);
	if (!name || !is_content_only(form, here))
		return name;
	free(name);
	return xasprintf("%s-content", record_label(record)); /* it is found by its digest */
}

static int look_at(void *ctx, json_t *listed)
{
	struct copying *k = ctx;
	const char *label = record_label(listed);
	const char *form = json_get_string(listed, "form");
	struct err why = ERR_INIT;
	if (form && strcmp(form, "blob") == 0)
		return 0; /* in the case file */
	if (!form || !evidence_has_bytes(form) || !json_get_string(listed, "sha256")) {
		say(k, label, _("no bytes to take along"));
		k->out->missing += (size_t)evidence_has_bytes(form);
		return 0;
	}
	json_t *record = record_get(k->c, label, RECORD_REVEAL, k->err);
	if (!record)
		return -1;
	char *name = name_of(form, listed, k->c, record, &why);
	int no_key = strcmp(form, "sealed") == 0 && !travels(k->how->secrets, label);
	int rc = name ? copy_item(k, record, name, &why) : -1;
	if (rc < 0) {
		char *line = printable_dup(why.message);
		say(k, label, line);
		free(line);
		k->out->missing++;
	} else {
		buf_addf(&k->out->labels, "%s%s", k->out->count++ ? "," : "", label);
		if (no_key)
			say(k, label,
			    _("the container goes along, its key does not: without it nobody can read or check it "
			      "(--secret "
			      "LABEL sends it)"));
	}
	free(name);
	json_decref(record);
	return why.code == ERR_CANCELLED ? err_set(k->err, ERR_CANCELLED, "%s", why.message) : 0;
}

int evidence_copy_all(struct case_file *c, const struct evidence_copying *how, struct evidence_copied *out,
                      struct err *err)
{
	struct copying k = {c, how, out, err};
	memset(out, 0, sizeof *out);
	buf_init(&out->labels);
	if (path_make(how->folder, err) < 0)
		return -1;
	return record_each(c, "evidence", 0, look_at, &k, err) < 0 ? -1 : 0;
}
