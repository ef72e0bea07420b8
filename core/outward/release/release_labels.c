/* What is decided of each record of the case, by its label. */
#include "outward/release/release_private.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_LEAST 1024U

void release_labels_release(struct release_labels *t)
{
	free(t->entries);
	free(t->slots);
	buf_release(&t->text);
	*t = (struct release_labels){.entries = NULL, .text = BUF_INIT};
}

const char *release_labels_text(const struct release_labels *t, uint32_t at)
{
	return t->text.data + at;
}

static uint32_t add_text(struct release_labels *t, const char *text)
{
	uint32_t at = (uint32_t)t->text.len;
	buf_add(&t->text, text, strlen(text) + 1);
	return at;
}

/* The slot of a label, or the empty one where it would be. */
static uint32_t *slot_of(const struct release_labels *t, const char *label)
{
	uint32_t hash = 2166136261U; /* FNV-1a */
	for (const char *p = label; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	for (uint32_t i = hash & (t->slot_count - 1);; i = (i + 1) & (t->slot_count - 1))
		if (!t->slots[i] || strcmp(t->text.data + t->entries[t->slots[i] - 1].label, label) == 0)
			return &t->slots[i];
}

static void grow(struct release_labels *t)
{
	free(t->slots);
	t->slot_count = t->slot_count ? t->slot_count * 2 : SLOTS_LEAST;
	t->slots = xcalloc(t->slot_count, sizeof *t->slots);
	for (uint32_t i = 0; i < t->count; i++)
		*slot_of(t, t->text.data + t->entries[i].label) = i + 1;
}

struct release_label *release_labels_find(const struct release_labels *t, const char *label)
{
	uint32_t *slot = t->slot_count ? slot_of(t, label) : NULL;
	return slot && *slot ? &t->entries[*slot - 1] : NULL;
}

struct release_label *release_labels_put(struct release_labels *t, const char *label)
{
	if (t->count * 2 >= t->slot_count)
		grow(t);
	uint32_t *slot = slot_of(t, label);
	if (!*slot) {
		if (t->count == t->room) {
			t->room = t->room ? t->room + t->room / 2 : 256;
			t->entries = xrealloc(t->entries, t->room * sizeof *t->entries);
		}
		t->entries[t->count] = (struct release_label){.label = add_text(t, label)};
		*slot = ++t->count;
	}
	return &t->entries[*slot - 1];
}

void release_labels_pseudonym(struct release_labels *t, struct release_label *entry, const char *pseudonym)
{
	entry->pseudonym = add_text(t, pseudonym);
}
