/* What another cage read of an archive's content, put to the list that was read here. */
#include "finding/mail/look/look_private.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

int look_wants_content(const struct look_file *f, int has_passwords)
{
	const struct listing *list = &f->list;
	if (list->flags & (LISTING_LIMIT | LISTING_BOMB | LISTING_NAMES_HIDDEN))
		return 0;
	switch (f->format) {
	case FORMAT_RAR:
		if (list->flags & LISTING_UNREAD)
			return 0;
		break;
	case FORMAT_XZ:
	case FORMAT_BZ2: /* which does not say its size */
		return list->count == 1 && !list->all[0].by_content;
	case FORMAT_7Z:
	case FORMAT_ZIP:
	case FORMAT_LZH:
	case FORMAT_CAB:
	case FORMAT_TAR:
		break;
	default:
		return 0;
	}
	if (list->flags & LISTING_UNREAD) /* an archive in it */
		return 1;
	for (size_t i = 0; i < list->count; i++) {
		const struct inside *e = &list->all[i];
		if (e->size && !e->by_content && (!e->locked || (has_passwords && f->format == FORMAT_ZIP)))
			return 1;
	}
	return 0;
}

/* The entry of that name, or the next of that size that nothing is known about; NULL: there is none. */
static struct inside *entry_of(struct listing *list, size_t *next, const char *name, uint64_t size)
{
	for (size_t i = 0; i < list->count; i++) {
		size_t at = (*next + i) % list->count;
		if (strcmp(list->all[at].name, name) == 0) {
			*next = at + 1;
			return &list->all[at];
		}
	}
	struct inside *e = *next < list->count ? &list->all[*next] : NULL;
	if (!e || e->by_content || e->size != size || strchr(name, '/'))
		return NULL;
	++*next;
	return e;
}

static struct inside *add_entry(struct look *l, struct listing *list, const char *name, uint64_t size)
{
	if (list->count >= LISTING_ENTRIES) {
		list->flags |= LISTING_LIMIT;
		return NULL;
	}
	list->all = pool_more(&l->pool, list->all, list->count, &list->cap, sizeof *list->all);
	list->all[list->count] = (struct inside){.name = pool_text(&l->pool, name, strlen(name)), .size = size};
	return &list->all[list->count++];
}

void look_take_contents(struct look *l, struct look_file *f, const json_t *contents)
{
	struct listing *list = &f->list;
	size_t i;
	json_t *line;
	size_t next = 0;
	int named = 0;
	unsigned locked = 0;
	json_array_foreach(contents, i, line) {
		const char *name = json_get_string(line, "name");
		const char *sha256 = json_get_string(line, "sha256");
		json_int_t format = json_integer_value(json_object_get(line, "format"));
		uint64_t size = (uint64_t)json_integer_value(json_object_get(line, "size"));
		if (json_get_string(line, "unread"))
			look_find(l, "archive.unread", f->number, f->name);
		list->flags |= json_is_true(json_object_get(line, "limit")) ? LISTING_LIMIT : 0;
		list->flags |= json_is_true(json_object_get(line, "damaged")) ? LISTING_DAMAGED : 0;
		if (!name || format < 0 || format >= FORMAT_COUNT)
			continue;
		struct inside *e = list->count ? entry_of(list, &next, name, size) : NULL;
		if (!e)
			e = add_entry(l, list, name, size);
		if (!e)
			break;
		named = 1;
		int torn = json_is_true(json_object_get(line, "torn"));
		if (torn || (sha256 && *sha256)) {
			snprintf(e->sha256, sizeof e->sha256, "%s", torn ? "" : sha256);
			e->format = (enum file_format)format;
			e->by_content = 1;
			e->torn = torn;
			e->size = e->size || torn ? e->size : size; /* bzip2 says none */
			list->flags |= e->locked ? LISTING_OPENED : 0;
			e->locked = 0;
			list->flags |= file_format_archive(e->format) ? LISTING_NESTED : 0;
		} else if (json_is_true(json_object_get(line, "locked"))) {
			e->locked = 1;
		}
	}
	if (named)
		list->flags &= ~(unsigned)LISTING_UNREAD;
	for (i = 0; i < list->count; i++)
		locked |= list->all[i].locked ? LISTING_LOCKED : 0;
	list->flags = (list->flags & ~(unsigned)(named ? LISTING_LOCKED : 0)) | locked;
}
