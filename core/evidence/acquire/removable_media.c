#include "evidence/acquire/removable_media.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The first line of a file below the folder, printable and without blanks at its ends. 1 if there is something. */
static int read_word(const char *folder, const char *name, char *out, size_t size)
{
	struct buf text = BUF_INIT;
	struct buf safe = BUF_INIT;
	char *path = xasprintf("%s/%s", folder, name);
	*out = '\0';
	if (buf_read_file(&text, path, 4096, NULL) == 0) {
		const char *from = text.data + strspn(text.data, " ");
		size_t n = strcspn(from, "\n");
		while (n > 0 && from[n - 1] == ' ')
			n--;
		printable_add(&safe, from, n, PRINTABLE_LINE);
		if (safe.len > 0 && safe.len < size)
			memcpy(out, safe.data, safe.len + 1);
	}
	free(path);
	buf_release(&safe);
	buf_release(&text);
	return *out != '\0';
}

/* An encrypted stick is a device over another one. Goes down to the first that lies on no other. */
static void go_down(char folder[PATH_MAX])
{
	for (int depth = 0; depth < 8; depth++) {
		char *path = xasprintf("%s/slaves", folder);
		DIR *slaves = opendir(path);
		struct dirent *entry = NULL;
		while (slaves && (entry = readdir(slaves)) != NULL && *entry->d_name == '.')
			;
		char *below = entry ? xasprintf("%s/%s", path, entry->d_name) : NULL;
		int found = below && realpath(below, folder) != NULL;
		if (slaves)
			closedir(slaves);
		free(below);
		free(path);
		if (!found)
			return;
	}
}

/* The folder of the disk that the device is, or is a partition of. */
static int disk_folder(const char *sys, dev_t device, char folder[PATH_MAX])
{
	char word[32];
	char *link = xasprintf("%s/dev/block/%u:%u", sys, major(device), minor(device));
	int there = realpath(link, folder) != NULL;
	free(link);
	if (there)
		go_down(folder);
	if (there && read_word(folder, "partition", word, sizeof word)) {
		char *slash = strrchr(folder, '/');
		if (slash)
			*slash = '\0';
	}
	return there;
}

/* The folder of the USB device that the disk belongs to: the first above it that has a vendor's number; beyond it lie the
 * hubs, which have names and serial numbers of their own. The caller frees; NULL: there is none. */
static char *usb_folder(const char *disk)
{
	char word[32];
	char *path = xstrdup(disk);
	for (char *slash; (slash = strrchr(path, '/')) != NULL && slash != path; *slash = '\0')
		if (read_word(path, "idVendor", word, sizeof word))
			return path;
	free(path);
	return NULL;
}

static const char *type_of(const char *folder)
{
	char word[16];
	if (strstr(folder, "/mmc_host/"))
		return "sd";
	const char *slash = strrchr(folder, '/');
	if (slash && strncmp(slash, "/sr", 3) == 0)
		return "optical";
	int removable = read_word(folder, "removable", word, sizeof word) && strcmp(word, "1") == 0;
	if (strstr(folder, "/usb") && removable)
		return "usb_memory";
	if (read_word(folder, "queue/rotational", word, sizeof word))
		return strcmp(word, "0") == 0 ? "ssd" : "hdd";
	return "unknown";
}

int removable_media_of(const char *sys, dev_t device, struct removable_media *m)
{
	char folder[PATH_MAX];
	char word[32];
	char vendor[64] = "";
	char model[64] = "";
	memset(m, 0, sizeof *m);
	if (!disk_folder(sys, device, folder))
		return 0;
	int removable = read_word(folder, "removable", word, sizeof word) && strcmp(word, "1") == 0;
	if (!removable && !strstr(folder, "/usb") && !strstr(folder, "/fw") && !strstr(folder, "/mmc_host/"))
		return 0;
	char *usb = usb_folder(folder);
	if (usb) {
		read_word(usb, "manufacturer", vendor, sizeof vendor);
		read_word(usb, "product", model, sizeof model);
		read_word(usb, "serial", m->serial, sizeof m->serial);
	} else {
		if (!read_word(folder, "device/model", model, sizeof model))
			read_word(folder, "device/name", model, sizeof model); /* of a card */
		read_word(folder, "device/serial", m->serial, sizeof m->serial);
	}
	free(usb);
	char *name = xasprintf("%s%s%s", vendor, *vendor && *model ? " " : "", model);
	text_copy(m->name, sizeof m->name, name);
	free(name);
	if (read_word(folder, "size", word, sizeof word))
		m->size = strtoull(word, NULL, 10) * 512; /* sectors of 512 bytes, whatever the disk's own are */
	m->type = type_of(folder);
	return 1;
}
