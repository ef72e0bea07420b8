#include "finding/practice/ntfs_out.h"

#include "base/err.h"
#include "base/file/new_file.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/ntfs_out_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_SIZE (256U << 10) /* of $LogFile: less is refused by others */
#define FREE     32U          /* clusters that nobody uses */
#define RESIDENT 320U         /* bytes of content that stay in the record */
#define HIDDEN   6U           /* and system */
#define ARCHIVE  0x20U

/* ---- what is in it */

static struct ntfs_out_entry *add_record(struct ntfs_out *v, uint64_t number)
{
	v->entries = xrealloc(v->entries, (number + 1) * sizeof *v->entries);
	for (; v->count <= number; v->count++)
		v->entries[v->count] = (struct ntfs_out_entry){
		    .number = v->count, .sequence = (uint16_t)(v->count > 0 && v->count < 16 ? v->count : 1)};
	return &v->entries[number];
}

static void name_record(struct ntfs_out_entry *e, const char *name, uint64_t parent, uint64_t when)
{
	e->name = xstrdup(name);
	e->parent = parent;
	e->created = e->modified = e->changed = e->accessed = e->named = when;
}

struct ntfs_out *ntfs_out_new(const char *name, uint64_t serial, const char *made)
{
	static const char *const names[] = {"$MFT",    "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", ".",
	                                    "$Bitmap", "$Boot",    "$BadClus", "$Secure", "$UpCase",  "$Extend"};
	struct ntfs_out *v = xcalloc(1, sizeof *v);
	v->name = xstrdup(name);
	v->serial = serial;
	v->made = out_filetime(made);
	add_record(v, NTFS_FIRST - 1);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		name_record(&v->entries[i], names[i], NTFS_ROOT, v->made);
		v->entries[i].flags = HIDDEN;
	}
	for (size_t i = NTFS_EXTEND + 1; i < 16; i++)
		v->entries[i].created = v->made; /* reserved */
	v->entries[NTFS_ROOT].folder = v->entries[NTFS_EXTEND].folder = 1;
	return v;
}

void ntfs_out_free(struct ntfs_out *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++) {
		struct ntfs_out_entry *e = &v->entries[i];
		for (size_t a = 0; a < e->count; a++)
			buf_release(&e->attributes[a].bytes);
		free(e->name);
		free(e->stream[0]);
		free(e->stream[1]);
	}
	free(v->entries);
	free(v->name);
	free(v);
}

static struct ntfs_out_entry *find_in(const struct ntfs_out *v, uint64_t folder, const char *name, size_t n)
{
	for (size_t i = 0; i < v->count; i++) {
		struct ntfs_out_entry *e = &v->entries[i];
		if (e->name && e->parent == folder && strlen(e->name) == n && memcmp(e->name, name, n) == 0 &&
		    i != NTFS_ROOT)
			return e;
	}
	return NULL;
}

/* The folder that the path lies in, made where it is missing; *name: what is behind it. */
static uint64_t folder_of(struct ntfs_out *v, const char *path, uint64_t when, const char **name)
{
	uint64_t folder = NTFS_ROOT;
	for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		struct ntfs_out_entry *e = find_in(v, folder, path, (size_t)(slash - path));
		if (!e) {
			char *own = xstrndup(path, (size_t)(slash - path));
			e = add_record(v, v->count);
			name_record(e, own, folder, when);
			e->folder = 1;
			free(own);
		}
		folder = e->number;
	}
	*name = path;
	return folder;
}

static uint64_t time_or(const char *text, uint64_t otherwise)
{
	return text ? out_filetime(text) : otherwise;
}

static void add_data(struct ntfs_out_entry *e, const char *name, const void *bytes, size_t n, size_t hole)
{
	struct ntfs_out_attribute *a = ntfs_out_add_attribute(e, NTFS_A_DATA, name);
	buf_add(&a->bytes, bytes, n);
	a->hole = hole;
	a->outside = hole || n > RESIDENT;
}

uint64_t ntfs_out_file(struct ntfs_out *v, const struct ntfs_out_file *f)
{
	const char *name;
	uint64_t created = time_or(f->created, v->made);
	uint64_t folder = folder_of(v, f->path, created, &name);
	struct ntfs_out_entry *e = add_record(v, v->count);
	name_record(e, name, folder, created);
	e->modified = time_or(f->modified, created);
	e->changed = time_or(f->changed, e->modified);
	e->accessed = time_or(f->accessed, created);
	e->named = time_or(f->named, created);
	e->flags = folder == NTFS_EXTEND ? HIDDEN : ARCHIVE;
	e->deleted = f->deleted;
	e->size = f->stream ? 0 : f->size;
	if (f->stream)
		e->stream[0] = xstrdup(f->stream);
	add_data(e, f->stream ? e->stream[0] : "", f->bytes, f->size, f->hole);
	if (f->more_stream) {
		e->stream[1] = xstrdup(f->more_stream);
		add_data(e, e->stream[1], f->more_bytes, f->more_size, 0);
	}
	if (f->zone)
		add_data(e, "Zone.Identifier", f->zone, strlen(f->zone), 0);
	return e->number;
}

uint64_t ntfs_out_reference(const struct ntfs_out *v, const char *path)
{
	uint64_t folder = NTFS_ROOT;
	for (;;) {
		size_t n = strcspn(path, "/");
		const struct ntfs_out_entry *e = find_in(v, folder, path, n);
		if (!e)
			return 0;
		if (!path[n])
			return ntfs_out_reference_of(e);
		folder = e->number;
		path += n + 1;
	}
}

/* ---- where it lies */

static struct ntfs_out_attribute *add_own(struct ntfs_out *v, enum ntfs_out_record_number number, const char *name,
                                          size_t zeros)
{
	struct ntfs_out_attribute *a = ntfs_out_add_attribute(&v->entries[number], NTFS_A_DATA, name);
	a->outside = 1;
	out_zeros(&a->bytes, zeros);
	return a;
}

/* Their contents that do not depend on where things lie. */
static void add_system(struct ntfs_out *v)
{
	size_t records = (v->count + 3) / 4 * 4;
	add_record(v, records - 1);
	add_own(v, NTFS_MFT, "", records * NTFS_RECORD);
	struct ntfs_out_attribute *a = ntfs_out_add_attribute(&v->entries[NTFS_MFT], NTFS_A_BITMAP, "");
	a->outside = 1;
	out_zeros(&a->bytes, (records + 63) / 64 * 8);
	for (size_t i = 0; i < v->count; i++)
		if (!v->entries[i].deleted && (v->entries[i].name || i < 16))
			a->bytes.data[i / 8] |= (char)(1U << i % 8);
	add_own(v, NTFS_MIRROR, "", NTFS_CLUSTER);
	memset(add_own(v, NTFS_LOG, "", LOG_SIZE)->bytes.data, 0xFF, LOG_SIZE); /* nothing is to be redone */
	ntfs_out_add_attribute(&v->entries[NTFS_NAME], NTFS_A_DATA, "");
	out_utf16(&ntfs_out_add_attribute(&v->entries[NTFS_NAME], NTFS_A_VOLUME_NAME, "")->bytes, v->name);
	a = ntfs_out_add_attribute(&v->entries[NTFS_NAME], NTFS_A_VOLUME_INFORMATION, "");
	out_zeros(&a->bytes, 8);
	out_le(&a->bytes, 0x0103, 2); /* 3.1 */
	out_le(&a->bytes, 0, 2);
	ntfs_out_definitions(&add_own(v, NTFS_DEFINITIONS, "", 0)->bytes);
	add_own(v, NTFS_BOOT, "", 2 * NTFS_CLUSTER);
	ntfs_out_add_attribute(&v->entries[NTFS_BAD], NTFS_A_DATA, "");
	ntfs_out_secure_add(&v->entries[NTFS_SECURE]);
	ntfs_out_upcase_table(&add_own(v, NTFS_UPCASE, "", 0)->bytes);
	for (size_t i = 0; i < v->count; i++) {
		struct ntfs_out_entry *e = &v->entries[i];
		if (e->folder && !e->deleted)
			ntfs_out_index_add(v, e);
		if (!e->name && i >= NTFS_EXTEND && i < 16)
			ntfs_out_add_attribute(e, NTFS_A_DATA, "");
	}
}

static void place(struct ntfs_out *v, struct ntfs_out_attribute *a)
{
	a->first = v->clusters;
	v->clusters += (a->bytes.len + NTFS_CLUSTER - 1) / NTFS_CLUSTER;
}

/* The boot sector's file begins the volume, the table comes next, and then what there is in its order. */
static void place_all(struct ntfs_out *v)
{
	place(v, &v->entries[NTFS_BOOT].attributes[0]);
	place(v, &v->entries[NTFS_MFT].attributes[0]);
	for (size_t i = 0; i < v->count; i++)
		for (size_t k = 0; k < v->entries[i].count; k++) {
			struct ntfs_out_attribute *a = &v->entries[i].attributes[k];
			if (a->outside && !(k == 0 && (i == NTFS_BOOT || i == NTFS_MFT)))
				place(v, a);
		}
	struct ntfs_out_attribute *bitmap = add_own(v, NTFS_BITMAP, "", NTFS_CLUSTER);
	place(v, bitmap);
	uint64_t used = v->clusters;
	v->clusters += FREE;
	buf_truncate(&bitmap->bytes, (v->clusters + 63) / 64 * 8);
	add_own(v, NTFS_BAD, "$Bad", 0)->hole = v->clusters * NTFS_CLUSTER;
	for (uint64_t c = 0; c < bitmap->bytes.len * 8; c++)
		if (c < used || c >= v->clusters)
			bitmap->bytes.data[c / 8] |= (char)(1U << c % 8);
	for (size_t i = 0; i < v->count; i++) /* what was deleted is free again */
		for (size_t k = 0; v->entries[i].deleted && k < v->entries[i].count; k++) {
			const struct ntfs_out_attribute *a = &v->entries[i].attributes[k];
			for (uint64_t c = a->first;
			     a->outside && c * NTFS_CLUSTER < a->first * NTFS_CLUSTER + a->bytes.len; c++)
				bitmap->bytes.data[c / 8] &= (char)~(1U << c % 8);
		}
	if (v->clusters > 8ULL * NTFS_CLUSTER)
		abort(); /* the practice case has outgrown a bitmap of one cluster */
}

/* Records of the table, when all is in its place. Those of deleted files were given back: their number has grown. */
static void fill_records(struct ntfs_out *v)
{
	struct buf table = BUF_INIT;
	for (size_t i = 0; i < v->count; i++) {
		struct ntfs_out_entry *e = &v->entries[i];
		if (e->name)
			ntfs_out_file_name(v, e, 0, &ntfs_out_add_attribute(e, NTFS_A_FILE_NAME, "")->bytes);
	}
	for (size_t i = 0; i < v->count; i++) {
		if (v->entries[i].deleted)
			v->entries[i].sequence++;
		ntfs_out_record_add(&v->entries[i], &table);
	}
	memcpy(v->entries[NTFS_MFT].attributes[0].bytes.data, table.data, table.len);
	memcpy(v->entries[NTFS_MIRROR].attributes[0].bytes.data, table.data, NTFS_CLUSTER);
	buf_release(&table);
}

static int write_all(int fd, const char *image, uint64_t size, const char *path, struct err *err)
{
	for (uint64_t at = 0; at < size; at += NTFS_CLUSTER) {
		size_t n = size - at < NTFS_CLUSTER ? (size_t)(size - at) : NTFS_CLUSTER;
		if (image[at] == 0 && memcmp(image + at, image + at + 1, n - 1) == 0)
			continue; /* a hole */
		if (pwrite(fd, image + at, n, (off_t)at) != (ssize_t)n)
			return err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), path);
	}
	return ftruncate(fd, (off_t)size) < 0 ? err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), path) : 0;
}

int ntfs_out_write(struct ntfs_out *v, const char *path, struct err *err)
{
	add_system(v);
	place_all(v);
	fill_records(v);
	uint64_t sectors = v->clusters * (NTFS_CLUSTER / NTFS_SECTOR);
	uint64_t size = (sectors + 1) * NTFS_SECTOR; /* the copy of the boot sector lies behind the volume */
	struct buf boot = BUF_INIT;
	char *image = xcalloc(1, size);
	for (size_t i = 0; i < v->count; i++)
		for (size_t k = 0; k < v->entries[i].count; k++) {
			const struct ntfs_out_attribute *a = &v->entries[i].attributes[k];
			if (a->outside && a->bytes.len)
				memcpy(image + a->first * NTFS_CLUSTER, a->bytes.data, a->bytes.len);
		}
	ntfs_out_boot_sector(v, sectors, &boot);
	memcpy(image, boot.data, boot.len);
	memcpy(image + size - NTFS_SECTOR, boot.data, boot.len);
	struct new_file f;
	int rc = 0;
	if (!path_holds(path, image, size)) {
		rc = new_file_open(&f, path, err);
		if (rc == 0 && (rc = write_all(f.fd, image, size, path, err)) < 0)
			new_file_abandon(&f);
		else if (rc == 0)
			rc = new_file_name(&f, 0, err);
	}
	buf_release(&boot);
	free(image);
	return rc;
}
