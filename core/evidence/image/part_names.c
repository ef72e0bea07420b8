#include "evidence/image/part_names.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

size_t part_behind_gap(part_path_fn *path, const char *first, size_t count)
{
	for (size_t i = count + 1; i < PART_NAMES_MOST; i++) {
		char *name = path(first, i);
		int there = name && access(name, F_OK) == 0;
		int none = name == NULL;
		free(name);
		if (there)
			return i;
		if (none)
			break;
	}
	return 0;
}

int part_say_gap(part_path_fn *path, const char *first, size_t count, struct buf *lines)
{
	size_t behind = part_behind_gap(path, first, count);
	if (!behind)
		return 0;
	char *missing = path(first, count);
	char *there = path(first, behind);
	char *missing_safe = printable_dup(missing);
	char *there_safe = printable_dup(there);
	buf_addf(lines, _("'%s' is missing, while '%s' is there\n"), missing_safe, there_safe);
	free(missing);
	free(there);
	free(missing_safe);
	free(there_safe);
	return 1;
}

/* ---- forms that are not joined */

struct counter {
	size_t at;
	size_t length; /* 0: none */
};

static size_t digits_before(const char *name, size_t end)
{
	size_t k = 0;
	while (k < end && isdigit((unsigned char)name[end - 1 - k]))
		k++;
	return k;
}

/* .aa, .ab … .az, .ba: the last two letters count. */
static struct counter letters_of(const char *name, size_t n)
{
	const char *dot = strrchr(name, '.');
	size_t k = dot ? strlen(dot + 1) : 0;
	if ((k != 2 && k != 3) || strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz") != k || dot[1] != 'a' ||
	    (k == 3 && dot[2] != 'a'))
		return (struct counter){0, 0};
	return (struct counter){n - 1, 1};
}

/* The word that stands before the number of a part: disk.part2.rar, disk_part02.bin, disk-s003.vmdk. */
static int marks_part(const char *name, size_t end)
{
	return (end >= 4 && strncasecmp(name + end - 4, "part", 4) == 0) ||
	       (end >= 2 && name[end - 2] == '-' && (name[end - 1] == 's' || name[end - 1] == 'f'));
}

static struct counter counter_of(const char *name)
{
	size_t n = strlen(name);
	const char *dot = strrchr(name, '.');
	size_t k = digits_before(name, n);
	if (k > 0 && dot && name + n - k == dot + 1) /* .01, .0001; .001 is understood */
		return (struct counter){n - k, k == 1 || k == 3 || k > 6 ? 0 : k};
	if (k == 2 && dot && (name + n - k == dot + 2 || name + n - k == dot + 3)) /* .z01, .Ex01 */
		return (struct counter){n - k, k};
	if (dot && (k = digits_before(name, (size_t)(dot - name))) > 0 && k <= 6 &&
	    marks_part(name, (size_t)(dot - name) - k))
		return (struct counter){(size_t)(dot - name) - k, k};
	return letters_of(name, n);
}

/* Counts one on or back, within the width. 0 if that does not go. */
static int count_on(char *p, size_t n, int by)
{
	for (size_t i = n; i-- > 0;) {
		char lowest = isdigit((unsigned char)p[i]) ? '0' : 'a';
		char highest = lowest == '0' ? '9' : 'z';
		if (by > 0 ? p[i] < highest : p[i] > lowest) {
			p[i] = (char)(p[i] + by);
			return 1;
		}
		p[i] = by > 0 ? lowest : highest;
	}
	return 0;
}

char *part_sibling(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t start = slash ? (size_t)(slash - path) + 1 : 0;
	struct counter c = counter_of(path + start);
	for (int by = 1; c.length && by >= -1; by -= 2) {
		char *other = xstrdup(path);
		if (count_on(other + start + c.at, c.length, by) && access(other, F_OK) == 0)
			return other;
		free(other);
	}
	return NULL;
}
