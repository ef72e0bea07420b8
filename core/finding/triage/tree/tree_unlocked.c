/* BitLocker volumes through libbde. What cannot be unlocked says what would unlock it. */
#include "finding/triage/tree/tree_disk.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/yal.h"

#include <libbde.h>
#include <stdlib.h>
#include <string.h>

#define RECOVERY_DIGITS 48U
#define PROTECTORS      64
#define METHOD_AT       100U /* in a copy of the metadata of version 2 */
#define XTS_256         0x8005U
#define TPM_AND_PIN     0x500U /* as seen; libbde has no name for it */

struct tree_unlocked {
	struct yal_bytes bytes;
	libbfio_handle_t *handle;
	libbde_volume_t *volume;
};

/* Protectors of the volume's master key. */
struct protectors {
	unsigned password;
	unsigned recovery;
	unsigned others;  /* that need the machine, or a stick */
	struct buf names; /* "a password, the recovery key 83828180-…" */
};

/* ---- what it is */

static const unsigned char bitlocker[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a,
                                            0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};

/* Where its identifier stands, if it has one: Windows 7 and later, or To Go, whose header is else that of any FAT volume. 0:
 * nowhere. */
static size_t identifier_at(const struct tree_bytes *volume)
{
	static const size_t places[] = {160, 424};
	struct err ignored = ERR_INIT;
	unsigned char bytes[sizeof bitlocker];
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (volume->read(volume->ctx, places[i], bytes, sizeof bytes, &ignored) == 0 &&
		    memcmp(bytes, bitlocker, sizeof bytes) == 0)
			return places[i];
	return 0;
}

int tree_is_bitlocker(const struct tree_bytes *volume)
{
	struct err ignored = ERR_INIT;
	char mark[8] = "";
	return volume->size > 512 && volume->read(volume->ctx, 3, mark, sizeof mark, &ignored) == 0 &&
	       (memcmp(mark, "-FVE-FS-", 8) == 0 || (memcmp(mark, "MSWIN4.1", 8) == 0 && identifier_at(volume) != 0));
}

/* The cipher, as the first copy of the metadata names it; 0: unknown. */
static unsigned method_of(const struct tree_bytes *volume)
{
	struct err ignored = ERR_INIT;
	unsigned char place[8];
	unsigned char method[4];
	size_t at = identifier_at(volume);
	if (!at || volume->read(volume->ctx, at + sizeof bitlocker, place, sizeof place, &ignored) < 0)
		return 0;
	uint64_t metadata = bytes_le64(place);
	if (metadata > volume->size || volume->size - metadata < METHOD_AT + sizeof method ||
	    volume->read(volume->ctx, metadata + METHOD_AT, method, sizeof method, &ignored) < 0)
		return 0;
	return bytes_le32(method) & 0xFFFFU;
}

/* ---- keys */

/* Eight groups of six digits, with hyphens or blanks between them or without; as libbde wants it. */
static int is_recovery_password(const char *key, char text[56])
{
	size_t digits = 0;
	size_t n = 0;
	for (; *key; key++) {
		if (*key == '-' || *key == ' ')
			continue;
		if (*key < '0' || *key > '9' || digits == RECOVERY_DIGITS)
			return 0;
		if (digits && digits % 6 == 0)
			text[n++] = '-';
		text[n++] = *key;
		digits++;
	}
	text[n] = '\0';
	return digits == RECOVERY_DIGITS;
}

/* Each group is a multiple of 11 and below 2^16 × 11: the number of the first that is not, which somebody mistyped. 0: none. */
static unsigned mistyped_group(const char *recovery)
{
	for (unsigned group = 0; group < 8; group++) {
		unsigned long value = strtoul(recovery + (size_t)7 * group, NULL, 10);
		if (value % 11 != 0 || value / 11 > UINT16_MAX)
			return group + 1;
	}
	return 0;
}

static void add_name(struct protectors *p, const char *name)
{
	buf_addf(&p->names, "%s%s", p->names.len ? ", " : "", name);
}

/* With its identifier, as Windows shows it. */
static void add_recovery(struct protectors *p, libbde_key_protector_t *protector)
{
	unsigned char g[16] = "";
	char guid[40];
	libbde_key_protector_get_identifier(protector, g, sizeof g, NULL);
	snprintf(guid, sizeof guid, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", bytes_le32(g),
	         bytes_le16(g + 4), bytes_le16(g + 6), g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
	char *name = xasprintf(_("the recovery key %s"), guid);
	add_name(p, name);
	free(name);
	p->recovery++;
}

/* Of a volume that is open, locked or not. */
static void list_protectors(libbde_volume_t *volume, struct protectors *p)
{
	int count = 0;
	libbde_volume_get_number_of_key_protectors(volume, &count, NULL);
	for (int i = 0; i < count && i < PROTECTORS; i++) {
		libbde_key_protector_t *protector = NULL;
		uint16_t type = 0;
		if (libbde_volume_get_key_protector(volume, i, &protector, NULL) != 1)
			continue;
		if (libbde_key_protector_get_type(protector, &type, NULL) != 1)
			type = UINT16_MAX;
		if (type == LIBBDE_KEY_PROTECTION_TYPE_RECOVERY_PASSWORD) {
			add_recovery(p, protector);
		} else if (type == LIBBDE_KEY_PROTECTION_TYPE_PASSWORD) {
			add_name(p, _("a password"));
			p->password++;
		} else if (type == LIBBDE_KEY_PROTECTION_TYPE_TPM) {
			add_name(p, _("the TPM of its machine"));
			p->others++;
		} else if (type == TPM_AND_PIN) {
			add_name(p, _("the TPM of its machine with a PIN"));
			p->others++;
		} else if (type == LIBBDE_KEY_PROTECTION_TYPE_STARTUP_KEY) {
			add_name(p, _("a startup key on a stick (.BEK)"));
			p->others++;
		} else if (type != LIBBDE_KEY_PROTECTION_TYPE_CLEAR_KEY) {
			p->others++;
		}
		libbde_key_protector_free(&protector, NULL);
	}
}

/* ---- why it stays closed */

static int is_unreadable(struct err *err, const char *why)
{
	return err_set(
	    err, ERR_DAMAGED,
	    _("BitLocker: it is encrypted, and cannot be unlocked here: %s. Unlock it on a Windows machine "
	      "(manage-bde -unlock) or by cryptsetup or dislocker, take an image of the unlocked volume, and "
	      "read that"),
	    why);
}

static int is_locked(const struct protectors *p, const char *key, struct err *err)
{
	if (!p->password && !p->recovery)
		return err_set(
		    err, ERR_UNLOCK,
		    _("BitLocker: it is encrypted, and no password or recovery key opens it, only %s. Add a recovery "
		      "key in its machine (manage-bde -protectors -add C: -recoverypassword) and give that, or take an "
		      "image of the unlocked volume there"),
		    p->names.len ? p->names.data : "?");
	if (!key || !*key)
		return err_set(
		    err, ERR_UNLOCK,
		    _("BitLocker: it is encrypted. What opens it: %s. Give the asset its recovery key (recovery_key=), "
		      "or the key to `genba triage` by --ask-password or --password-file. Recovery keys are kept by "
		      "their "
		      "identifier: in the directory, in the account of the user, on paper"),
		    p->names.data);
	return err_set(err, ERR_UNLOCK,
	               _("BitLocker: it is encrypted, and the key that was given does not open it. What opens it: %s. "
	                 "Look for the "
	                 "key of that identifier, and give it to `genba triage` by --ask-password or --password-file"),
	               p->names.data);
}

/* ---- opening */

static ssize_t piece_unlocked(const void *from, char *to, size_t n, off64_t offset)
{
	const struct tree_unlocked *u = from;
	return libbde_volume_read_buffer_at_offset(u->volume, to, n, offset, NULL);
}

static int read_unlocked(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	if (yal_read_all(piece_unlocked, ctx, &offset, bytes, n) == 0)
		return 0;
	return err_set(err, ERR_DAMAGED, _("the encrypted volume cannot be read at byte %llu"),
	               (unsigned long long)offset);
}

static void close_volume(struct tree_unlocked *u)
{
	if (u->volume) {
		libbde_volume_close(u->volume, NULL);
		libbde_volume_free(&u->volume, NULL);
	}
	if (u->handle)
		libbfio_handle_free(&u->handle, NULL);
}

/* With the key in the way that its form says; NULL: without one. 1: it is unlocked. 0: it is locked, and open as far as its
 * metadata. -1. */
static int open_volume(struct tree_unlocked *u, const char *key, const char *recovery, struct err *err)
{
	libbde_error_t *error = NULL;
	int set = 1;
	u->handle = yal_handle(&u->bytes, err);
	if (!u->handle)
		return -1;
	if (libbde_volume_initialize(&u->volume, &error) != 1)
		return yal_failed(error, _("BitLocker"), err);
	if (recovery)
		set = libbde_volume_set_utf8_recovery_password(u->volume, (const uint8_t *)recovery, strlen(recovery),
		                                               NULL);
	else if (key)
		set = libbde_volume_set_utf8_password(u->volume, (const uint8_t *)key, strlen(key), NULL);
	int opened = libbde_volume_open_file_io_handle(u->volume, u->handle, LIBBDE_OPEN_READ, &error);
	if (opened < 0) {
		struct err why = ERR_INIT;
		yal_failed(error, _("the library for it says"), &why);
		return is_unreadable(err, why.message);
	}
	return opened == 1 && set == 1 && libbde_volume_is_locked(u->volume, NULL) == 0;
}

/* 1: it is unlocked. -1. */
static int unlock(struct tree_unlocked *u, const struct tree_bytes *volume, const char *key, struct err *err)
{
	char recovery[56];
	struct protectors p = {.names = BUF_INIT};
	if (method_of(volume) == XTS_256)
		return is_unreadable(err, _("it is encrypted by AES-XTS with 256 bits"));
	int rc = open_volume(u, NULL, NULL, err);
	if (rc == 0) {
		list_protectors(u->volume, &p);
		int by_recovery = key && p.recovery && is_recovery_password(key, recovery);
		unsigned group = by_recovery ? mistyped_group(recovery) : 0;
		if (group)
			rc = err_set(err, ERR_UNLOCK,
			             _("BitLocker: it is encrypted, and the recovery key that was given is mistyped in "
			               "its group %u: "
			               "each is a multiple of 11. Compare it with where it came from"),
			             group);
		else if (!key || !*key || !(by_recovery || p.password))
			rc = is_locked(&p, key, err);
		else {
			close_volume(u);
			rc = open_volume(u, key, by_recovery ? recovery : NULL, err);
			if (rc == 0)
				rc = is_locked(&p, key, err);
		}
	}
	buf_release(&p.names);
	return rc;
}

struct tree_unlocked *tree_unlocked_open(const struct tree_bytes *volume, const char *key, struct tree_bytes *bytes,
                                         struct err *err)
{
	struct tree_unlocked *u = xcalloc(1, sizeof *u);
	libbde_error_t *error = NULL;
	size64_t size = 0;
	u->bytes = (struct yal_bytes){.size = volume->size, .read = volume->read, .ctx = volume->ctx};
	if (unlock(u, volume, key, err) < 0)
		goto bad;
	if (libbde_volume_get_size(u->volume, &size, &error) != 1) {
		yal_failed(error, _("the BitLocker volume cannot be read"), err);
		goto bad;
	}
	*bytes = (struct tree_bytes){.size = size, .read = read_unlocked, .ctx = u};
	return u;
bad:
	tree_unlocked_close(u);
	return NULL;
}

void tree_unlocked_close(struct tree_unlocked *u)
{
	if (!u)
		return;
	close_volume(u);
	free(u);
}
