/* Virtual disks: what an image file of a virtual machine holds. */
#include "finding/triage/tree/tree_disk.h"

#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/parse/yal.h"

#define HAVE_LIBBFIO 1 /* its header hides what reads through a handle */
#include <libvhdi.h>
#include <libvmdk.h>
#include <stdlib.h>
#include <string.h>

struct tree_disk {
	struct tree_bytes file;
	struct yal_bytes bytes;
	libbfio_handle_t *handle;
	libbfio_pool_t *pool;
	libvmdk_handle_t *vmdk;
	libvhdi_file_t *vhdi;
	uint64_t size;
};

/* Its extents in this one file; a disk in several files, or on another disk, is told. */
static int open_vmdk(struct tree_disk *d, struct err *err)
{
	libvmdk_error_t *error = NULL;
	uint32_t parent = 0xFFFFFFFF;
	int extents = 0;
	int entry = 0;
	size64_t size = 0;
	if (libvmdk_handle_initialize(&d->vmdk, &error) != 1 ||
	    libvmdk_handle_open_file_io_handle(d->vmdk, d->handle, LIBVMDK_OPEN_READ, &error) != 1)
		return yal_failed(error, _("the VMDK cannot be read"), err);
	if (libvmdk_handle_get_parent_content_identifier(d->vmdk, &parent, NULL) == 1 && parent != 0xFFFFFFFF)
		return err_set(err, ERR_DAMAGED,
		               _("the VMDK holds what differs from another disk, and that one does not lie in it: make "
		                 "one of both, where the other lies (qemu-img convert -O raw)"));
	if (libvmdk_handle_get_number_of_extents(d->vmdk, &extents, NULL) != 1 || extents != 1)
		return err_set(err, ERR_DAMAGED,
		               _("the VMDK lies in %d files: make one of them (qemu-img convert -O raw)"), extents);
	if (libbfio_pool_initialize(&d->pool, 0, LIBBFIO_POOL_UNLIMITED_NUMBER_OF_OPEN_HANDLES, &error) != 1 ||
	    libbfio_pool_append_handle(d->pool, &entry, d->handle, LIBBFIO_OPEN_READ, &error) != 1)
		return yal_failed(error, _("the VMDK cannot be read"), err);
	d->handle = NULL; /* the pool's */
	if (libvmdk_handle_open_extent_data_files_file_io_pool(d->vmdk, d->pool, &error) != 1 ||
	    libvmdk_handle_get_media_size(d->vmdk, &size, &error) != 1)
		return yal_failed(error, _("the VMDK cannot be read"), err);
	d->size = size;
	return 0;
}

static int open_vhdi(struct tree_disk *d, struct err *err)
{
	libvhdi_error_t *error = NULL;
	uint32_t type = 0;
	size64_t size = 0;
	if (libvhdi_file_initialize(&d->vhdi, &error) != 1 ||
	    libvhdi_file_open_file_io_handle(d->vhdi, d->handle, LIBVHDI_OPEN_READ, &error) != 1 ||
	    libvhdi_file_get_media_size(d->vhdi, &size, &error) != 1)
		return yal_failed(error, _("the VHD cannot be read"), err);
	if (libvhdi_file_get_disk_type(d->vhdi, &type, NULL) == 1 && type == LIBVHDI_DISK_TYPE_DIFFERENTIAL)
		return err_set(err, ERR_DAMAGED,
		               _("the VHD holds what differs from another disk, and that one does not lie in it: make "
		                 "one of both, where the other lies (Convert-VHD on Windows)"));
	d->size = size;
	return 0;
}

enum disk_form { DISK_NONE, DISK_VMDK, DISK_VMDK_TEXT, DISK_VHD };

/* By its first bytes; a VHD of fixed size has its mark at the end. */
static enum disk_form form_of(const struct tree_bytes *m)
{
	static const struct {
		const char *mark;
		enum disk_form form;
	} forms[] = {
	    {"KDMV", DISK_VMDK}, {"# Disk Descriptor", DISK_VMDK_TEXT}, {"vhdxfile", DISK_VHD}, {"conectix", DISK_VHD}};
	struct err ignored = ERR_INIT;
	char head[24] = "";
	char foot[8] = "";
	if (m->size < sizeof head || m->read(m->ctx, 0, head, sizeof head, &ignored) < 0)
		return DISK_NONE;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (memcmp(head, forms[i].mark, strlen(forms[i].mark)) == 0)
			return forms[i].form;
	if (m->size >= 512 && m->read(m->ctx, m->size - 512, foot, sizeof foot, &ignored) == 0 &&
	    memcmp(foot, "conectix", 8) == 0)
		return DISK_VHD;
	return DISK_NONE;
}

struct tree_disk *tree_disk_open(const struct tree_bytes *file, uint64_t *size, char why[256])
{
	enum disk_form form = form_of(file);
	struct err err = ERR_INIT;
	*why = '\0';
	if (form == DISK_NONE)
		return NULL;
	if (form == DISK_VMDK_TEXT) {
		text_copy(why, 256,
		          _("the VMDK lies in several files, and this one only names them: make one of them "
		            "(qemu-img convert -O raw)"));
		return NULL;
	}
	struct tree_disk *d = xcalloc(1, sizeof *d);
	d->file = *file;
	d->bytes = (struct yal_bytes){.size = file->size, .read = file->read, .ctx = file->ctx};
	d->handle = yal_handle(&d->bytes, &err);
	if (d->handle && (form == DISK_VMDK ? open_vmdk(d, &err) : open_vhdi(d, &err)) == 0) {
		*size = d->size;
		return d;
	}
	text_copy(why, 256, err.message);
	tree_disk_close(d);
	return NULL;
}

static ssize_t piece_of_disk(const void *from, char *to, size_t n, off64_t offset)
{
	const struct tree_disk *d = from;
	return d->vmdk ? libvmdk_handle_read_buffer_at_offset(d->vmdk, to, n, offset, NULL)
	               : libvhdi_file_read_buffer_at_offset(d->vhdi, to, n, offset, NULL);
}

int tree_disk_read(struct tree_disk *d, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (yal_read_all(piece_of_disk, d, &offset, bytes, n) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the virtual disk cannot be read at byte %llu"), (unsigned long long)offset);
}

void tree_disk_close(struct tree_disk *d)
{
	if (!d)
		return;
	if (d->vmdk) {
		libvmdk_handle_close(d->vmdk, NULL);
		libvmdk_handle_free(&d->vmdk, NULL);
	}
	if (d->vhdi) {
		libvhdi_file_close(d->vhdi, NULL);
		libvhdi_file_free(&d->vhdi, NULL);
	}
	if (d->pool)
		libbfio_pool_free(&d->pool, NULL);
	if (d->handle)
		libbfio_handle_free(&d->handle, NULL);
	free(d);
}
