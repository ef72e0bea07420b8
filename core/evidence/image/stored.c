#include "evidence/image/stored.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/secret.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "evidence/image/part_names.h"
#include "evidence/image/place.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int stored_path(const json_t *record, const char *field, struct buf *path)
{
	const char *text = json_get_string(record, field);
	if (!text || pathname_decode(text, path) < 0)
		return -1;
	return path->len && path->data[0] == '/' ? 0 : -1;
}

int stored_folder(struct case_file *c, const json_t *record, struct buf *manifest, struct buf *path)
{
	static const char first[] = "# genba manifest ";
	const char *form = json_get_string(record, "form");
	const char *sha256 = json_get_string(record, "sha256");
	struct stat st;
	int raw = form && strcmp(form, "raw") == 0;
	if (!sha256 || (!raw && (!form || strcmp(form, "hash") != 0)))
		return 0;
	int found = blob_get(c, sha256, manifest, NULL) == 0 && strncmp(manifest->data, first, strlen(first)) == 0;
	stored_path(record, raw ? "copy_path" : "source_path", path);
	/* a manifest that was written to a file and preserved as that has the same digest: it is a file of its own size */
	if (found && manifest->len == (uint64_t)json_integer_value(json_object_get(record, "source_size")))
		found = path->len && stat(path->data, &st) == 0 && S_ISDIR(st.st_mode);
	return found;
}

static void explain_parts(const struct stored *s, const json_t *record, struct buf *lines)
{
	struct buf path = BUF_INIT;
	uint64_t size = (uint64_t)json_integer_value(json_object_get(record, "source_size"));
	const char *image = json_get_string(record, "image");
	unsigned long count = image && strncmp(image, "raw, ", 5) == 0 ? strtoul(image + 5, NULL, 10) : 0;
	if (stored_path(record, "copy_path", &path) == 0 &&
	    !part_say_gap(parts_path, path.data, s->parts.count, lines) && s->parts.count < count) {
		char *missing = parts_path(path.data, s->parts.count);
		char *name = printable_dup(missing);
		buf_addf(lines, _("'%s' is missing: the parts hold %llu bytes of %llu\n"), name,
		         (unsigned long long)s->parts.size, (unsigned long long)size);
		free(name);
		free(missing);
	}
	buf_release(&path);
}

/* A container says itself where its end is. */
static void explain_sealed(const struct stored *s, struct buf *lines)
{
	size_t before = lines->len;
	volume_explain(&s->volume, VOLUME_SIZE_UNKNOWN, lines);
	if (lines->len > before || !s->volume.split || s->sealed.has_end)
		return;
	char *next = volume_part_path(&s->volume, s->volume.count);
	char *name = printable_dup(next);
	buf_addf(lines,
	         _("the end of the container is missing: '%s' is not there, or the part before it is cut short\n"),
	         name);
	free(name);
	free(next);
}

void stored_explain(const struct stored *s, const json_t *record, struct buf *lines)
{
	uint64_t size = (uint64_t)json_integer_value(json_object_get(record, "source_size"));
	if (s->kind == STORED_EWF)
		ewf_set_explain(&s->set, lines);
	else if (s->kind == STORED_PARTS)
		explain_parts(s, record, lines);
	else if (s->kind == STORED_SEALED)
		explain_sealed(s, lines);
	else if (s->kind == STORED_VOLUME)
		volume_explain(&s->volume, size, lines);
}

/* What cannot be opened says which file is to blame. */
static void stored_blame(const struct stored *s, const json_t *record, struct err *err)
{
	struct buf lines = BUF_INIT;
	stored_explain(s, record, &lines);
	if (lines.len)
		err_prefix(err, "%.*s", (int)strcspn(lines.data, "\n"), lines.data);
	buf_release(&lines);
}

static int open_sealed(struct stored *s, struct case_file *c, json_t *record, struct err *err)
{
	const char *hex = json_get_string(record, "container_key");
	unsigned char *key = secret_alloc(GEV_KEY);
	int rc = 0;
	if (!hex || strlen(hex) != (size_t)2 * GEV_KEY ||
	    sodium_hex2bin(key, GEV_KEY, hex, strlen(hex), NULL, NULL, NULL) != 0)
		rc = err_set(err, ERR_NOT_FOUND,
		             _("the key of the container is not in this copy of the case (purged, or left behind)"));
	if (rc == 0)
		rc = gev_open(&s->sealed, volume_read, &s->volume, s->volume.size, key, case_id(c), err);
	if (rc == 0) {
		s->kind = STORED_SEALED;
		source_from_layer(&s->source, gev_read, &s->sealed, s->sealed.size);
	}
	secret_free(key);
	if (hex) /* the text form of the key is wiped before its memory is given back */
		sodium_memzero((char *)(uintptr_t)hex, strlen(hex));
	return rc;
}

static ssize_t read_blob(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct buf *blob = ctx;
	if (offset >= blob->len)
		return 0;
	if (n > blob->len - offset)
		n = blob->len - (size_t)offset;
	memcpy(bytes, blob->data + offset, n);
	return (ssize_t)n;
}

static int open_image(struct stored *s, json_t *record, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc = stored_path(record, "copy_path", &path) < 0
	             ? err_set(err, ERR_NOT_FOUND, _("%s: the record names no copy"), record_label(record))
	             : ewf_set_open(&s->set, path.data, err);
	buf_release(&path);
	if (rc < 0)
		return -1;
	s->kind = STORED_EWF;
	s->image = ewf_open(&s->set, err);
	if (!s->image) {
		stored_blame(s, record, err);
		ewf_set_close(&s->set);
		return -1;
	}
	source_from_layer(&s->source, ewf_read, s->image, ewf_about(s->image)->size);
	return 0;
}

/* A raw image that another tool left in parts: the record says so, and names the first. */
static int open_parts(struct stored *s, json_t *record, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc = stored_path(record, "copy_path", &path) < 0
	             ? err_set(err, ERR_NOT_FOUND, _("%s: the record names no copy"), record_label(record))
	             : parts_open(&s->parts, path.data, err);
	buf_release(&path);
	if (rc < 0)
		return -1;
	s->kind = STORED_PARTS;
	source_from_layer(&s->source, parts_read, &s->parts, s->parts.size);
	return 0;
}

static int is_in_parts(const json_t *record)
{
	const char *image = json_get_string(record, "image");
	const char *form = json_get_string(record, "form");
	const char *copy = json_get_string(record, "copy_path");
	const char *source = json_get_string(record, "source_path");
	return image && strncmp(image, "raw", 3) == 0 && form && strcmp(form, "raw") == 0 && copy && source &&
	       strcmp(copy, source) == 0;
}

static int open_copy(struct stored *s, struct case_file *c, json_t *record, const char *form, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc = stored_path(record, "copy_path", &path) < 0
	             ? err_set(err, ERR_NOT_FOUND,
	                       _("the record names no copy: once it lies somewhere, say where with `genba set %s "
	                         "copy_path=/PATH`"),
	                       record_label(record))
	             : volume_open(&s->volume, path.data, err);
	buf_release(&path);
	if (rc < 0)
		return -1;
	s->kind = STORED_VOLUME;
	source_from_layer(&s->source, volume_read, &s->volume, s->volume.size);
	if (strcmp(form, "sealed") == 0 && open_sealed(s, c, record, err) < 0) {
		stored_blame(s, record, err);
		volume_close(&s->volume, 0);
		return -1;
	}
	return 0;
}

static int no_bytes(const char *label, struct err *err)
{
	return err_set(
	    err, ERR_NOT_FOUND,
	    _("%s has no bytes to read: it is unfinished, physical, held by another, or went through a pipe"), label);
}

int stored_open_record(struct stored *s, struct case_file *c, json_t *record, struct err *err)
{
	const char *label = record_label(record);
	memset(s, 0, sizeof *s);
	buf_init(&s->blob);
	s->source.fd = -1;
	const char *form = json_get_string(record, "form");
	const char *sha256 = json_get_string(record, "sha256");
	int rc;
	if (!form || !sha256) {
		rc = no_bytes(label, err);
	} else if (is_in_parts(record)) {
		rc = open_parts(s, record, err);
	} else if (strcmp(form, "raw") == 0 || strcmp(form, "sealed") == 0) {
		rc = open_copy(s, c, record, form, err);
	} else if (strcmp(form, "ewf") == 0) {
		rc = open_image(s, record, err);
	} else if (strcmp(form, "blob") == 0) {
		s->kind = STORED_BLOB;
		rc = blob_get(c, sha256, &s->blob, err);
		source_from_layer(&s->source, read_blob, &s->blob, s->blob.len);
	} else if (strcmp(form, "hash") == 0) {
		struct buf path = BUF_INIT;
		s->kind = STORED_FILE;
		rc =
		    stored_path(record, "source_path", &path) < 0
		        ? no_bytes(label, err)
		        : source_open(&s->source, AT_FDCWD, path.data, SOURCE_NO_LINK, err); /* no link was on record */
		buf_release(&path);
	} else {
		rc = no_bytes(label, err);
	}
	return rc;
}

int stored_has_other_size(const struct stored *s, const json_t *record)
{
	const json_t *size = json_object_get(record, "source_size");
	int tells = s->kind == STORED_FILE || s->kind == STORED_PARTS; /* a container only states it */
	return tells && json_is_integer(size) && s->source.size != SOURCE_UNKNOWN &&
	       s->source.size != (uint64_t)json_integer_value(size);
}

int stored_open(struct stored *s, struct case_file *c, const char *label, struct err *err)
{
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED | RECORD_REVEAL, err);
	if (!record)
		return -1;
	evidence_here(c, record);
	int rc = stored_open_record(s, c, record, err);
	json_decref(record);
	return rc;
}

enum stored_shape stored_shape(const json_t *record, const char *path)
{
	const char *form = json_get_string(record, "form");
	if (form && strcmp(form, "ewf") == 0)
		return STORED_SEGMENTS;
	if (is_in_parts(record))
		return STORED_FOREIGN_PARTS;
	char *first = stored_member(STORED_SPLIT, path, 0);
	int split = access(path, F_OK) < 0 && access(first, F_OK) == 0;
	free(first);
	return split ? STORED_SPLIT : STORED_ONE_FILE;
}

char *stored_member(enum stored_shape shape, const char *path, size_t i)
{
	if (shape == STORED_SPLIT)
		return xasprintf("%s.%03zu", path, i + 1);
	if (i == 0)
		return xstrdup(path);
	return shape == STORED_SEGMENTS        ? ewf_segment_path(path, i)
	       : shape == STORED_FOREIGN_PARTS ? parts_path(path, i)
	                                       : NULL;
}

int stored_drop_cache(struct stored *s)
{
	switch (s->kind) {
	case STORED_FILE:
		return source_drop_cache(s->source.fd);
	case STORED_VOLUME:
	case STORED_SEALED:
		return volume_drop_cache(&s->volume);
	case STORED_PARTS:
		return parts_drop_cache(&s->parts);
	case STORED_EWF:
		return ewf_set_drop_cache(&s->set);
	case STORED_BLOB:
		break;
	}
	return 0;
}

void stored_close(struct stored *s)
{
	source_close(&s->source);
	if (s->kind == STORED_SEALED)
		gev_close(&s->sealed);
	if (s->kind == STORED_PARTS)
		parts_close(&s->parts);
	if (s->kind == STORED_EWF) {
		ewf_close(s->image);
		ewf_set_close(&s->set);
	}
	if (s->kind == STORED_VOLUME || s->kind == STORED_SEALED)
		volume_close(&s->volume, 0);
	buf_release(&s->blob);
}
