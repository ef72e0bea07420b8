#include "base/time/zone.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/time/edtf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FOLDER     "/usr/share/zoneinfo/"
#define FILE_LIMIT (256U << 10)
#define HEAD       44 /* bytes of a TZif header */
#define FAR        (SLIPS_LETTERS + 1)
#define CITY_LEAST 4 /* a shorter name stands in too many words */

/* Zones whose short names are not ambiguous where this is used. */
static const struct {
	const char *name;
	int minutes;
} short_names[] = {{"Z", 0}, {"UTC", 0}, {"GMT", 0}, {"JST", 540}, {"KST", 540}};

/* "+09:00", "-0330", "+9". */
static int parse_offset(const char *text, int *minutes)
{
	int sign = *text == '-' ? -1 : *text == '+' ? 1 : 0;
	size_t digits = sign ? strspn(text + 1, "0123456789") : 0;
	const char *rest = text + 1 + digits;
	if (digits == 0 || digits > 4 || digits == 3)
		return -1;
	int n = atoi(text + 1);
	int value = digits == 4 ? n / 100 * 60 + n % 100 : n * 60;
	if (digits <= 2 && *rest == ':' && strspn(rest + 1, "0123456789") == 2) {
		value += atoi(rest + 1);
		rest += 3;
	}
	if (*rest || !edtf_zone_exists(sign * value))
		return -1;
	*minutes = sign * value;
	return 0;
}

/* RFC 8536: the second block has times of 64 bits. */
struct zone_file {
	const unsigned char *times;
	const unsigned char *kinds;
	const unsigned char *types;
	uint32_t count;
	uint32_t type_count;
	int goes_on; /* behind its last change there are others, by a rule that is not read */
};

static int64_t load64(const unsigned char *p)
{
	return (int64_t)((uint64_t)bytes_be32(p) << 32 | bytes_be32(p + 4));
}

/* Bytes of the block that the header at `p` announces, with times of `wide` bytes. */
static uint64_t block_size(const unsigned char *p, unsigned wide)
{
	uint64_t times = bytes_be32(p + 32);
	return HEAD + times * wide + times + (uint64_t)bytes_be32(p + 36) * 6 + bytes_be32(p + 40) +
	       (uint64_t)bytes_be32(p + 28) * (wide + 4) + bytes_be32(p + 24) + bytes_be32(p + 20);
}

static int open_zone(struct zone_file *z, const struct buf *file)
{
	const unsigned char *p = (const unsigned char *)file->data;
	if (file->len < HEAD || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return -1;
	uint64_t first = block_size(p, 4);
	if (first > file->len || file->len - first < HEAD || memcmp(p + first, "TZif", 4) != 0)
		return -1;
	p += first;
	if (block_size(p, 8) > file->len - first || bytes_be32(p + 36) == 0)
		return -1;
	z->count = bytes_be32(p + 32);
	z->type_count = bytes_be32(p + 36);
	z->times = p + HEAD;
	z->kinds = z->times + (size_t)z->count * 8;
	z->types = z->kinds + z->count;
	/* the rule behind the block, between line ends: EST5EDT,M3.2.0,M11.1.0 */
	const char *rule = (const char *)p + block_size(p, 8);
	z->goes_on = memchr(rule, ',', (size_t)(file->data + file->len - rule)) != NULL;
	return 0;
}

/* The offset in seconds at a time of UTC. */
static int offset_at(const struct zone_file *z, int64_t seconds)
{
	uint32_t kind = 0;
	for (uint32_t i = 0; i < z->count && load64(z->times + (size_t)i * 8) <= seconds; i++)
		kind = z->kinds[i];
	return kind < z->type_count ? (int32_t)bytes_be32(z->types + (size_t)kind * 6) : 0;
}

static int read_zone(const char *name, struct buf *file)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
	if (!*name || *name == '/' || name[strspn(name, letters)] || strlen(name) > 64)
		return -1;
	char *path = xasprintf(FOLDER "%s", name);
	int rc = buf_read_file(file, path, FILE_LIMIT, NULL);
	free(path);
	return rc;
}

static int from_data_base(const char *name, int64_t local, int *minutes)
{
	struct buf file = BUF_INIT;
	struct zone_file z;
	int rc = read_zone(name, &file);
	if (rc == 0)
		rc = open_zone(&z, &file);
	if (rc == 0) {
		int before = offset_at(&z, local - 86400);
		int offset = offset_at(&z, local - before);
		*minutes = offset_at(&z, local - offset) / 60;
		if (z.goes_on && (z.count == 0 || load64(z.times + (size_t)(z.count - 1) * 8) <= local - offset))
			rc = -1;
	}
	buf_release(&file);
	return rc;
}

/* Of the names that stand for an offset. */
static int fixed_offset(const char *name, int *minutes)
{
	for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
		if (strcasecmp(name, short_names[i].name) == 0) {
			*minutes = short_names[i].minutes;
			return 0;
		}
	if (strncasecmp(name, "UTC", 3) == 0 || strncasecmp(name, "GMT", 3) == 0)
		return parse_offset(name + 3, minutes);
	return parse_offset(name, minutes);
}

int zone_offset(const char *name, int64_t local, int *minutes)
{
	name += strspn(name, " ");
	return fixed_offset(name, minutes) == 0 ? 0 : from_data_base(name, local, minutes);
}

int zone_is_known(const char *name)
{
	struct buf file = BUF_INIT;
	struct zone_file z;
	int minutes;
	name += strspn(name, " ");
	int known = fixed_offset(name, &minutes) == 0 || (read_zone(name, &file) == 0 && open_zone(&z, &file) == 0);
	buf_release(&file);
	return known;
}

/* What it may have been meant for: 0 nearly that, FAR nothing like it. A name inside what was typed counts, too: "Tokyo Standard
 * Time". */
static size_t distance(const char *zone, const char *typed)
{
	const char *city = strrchr(zone, '/') ? strrchr(zone, '/') + 1 : zone;
	size_t n = strlen(typed);
	if (strlen(zone) > SLIPS_LETTERS || n > SLIPS_LETTERS)
		return FAR;
	size_t whole = fold_slips(zone, typed);
	size_t part = city == zone ? whole : fold_slips(city, typed);
	size_t least = whole < part ? whole : part;
	if (least <= 1 + n / 6 && least < n)
		return least;
	return strlen(city) >= CITY_LEAST && strcasestr(typed, city) ? FAR - 1 : FAR;
}

int zone_nearest(const char *typed, char name[ZONE_NAME])
{
	struct buf file = BUF_INIT;
	size_t best = FAR;
	typed += strspn(typed, " ");
	*name = '\0';
	for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
		if (distance(short_names[i].name, typed) < best) {
			best = distance(short_names[i].name, typed);
			snprintf(name, ZONE_NAME, "%s", short_names[i].name);
		}
	if (buf_read_file(&file, FOLDER "zone.tab", FILE_LIMIT, NULL) == 0)
		for (char *line = file.data; *line; line += strcspn(line, "\n"), line += *line == '\n') {
			char zone[ZONE_NAME]; /* country, place, zone, remarks: tabs between (zone.tab(5)) */
			if (*line == '#' || sscanf(line, "%*[^\t\n]\t%*[^\t\n]\t%63[^\t\n]", zone) != 1)
				continue;
			size_t far = distance(zone, typed);
			if (far < best) {
				best = far;
				snprintf(name, ZONE_NAME, "%s", zone);
			}
		}
	buf_release(&file);
	return best < FAR ? 0 : -1;
}
