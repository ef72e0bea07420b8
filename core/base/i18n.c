#include "base/i18n.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct {
	const unsigned char *mo;
	size_t size;
	uint32_t count;
	uint32_t originals;
	uint32_t translations;
	const char *language;
	int is_off; /* English is spoken though there is a catalogue */
} catalogue = {NULL, 0, 0, 0, 0, "en", 0};

static uint32_t i18n_word(size_t offset)
{
	uint32_t value;
	memcpy(&value, catalogue.mo + offset, sizeof value);
	return value;
}

/* The string that entry `i` of the table at `table` points at, or NULL if it does not lie inside the file. */
static const char *entry(uint32_t table, uint32_t i)
{
	uint32_t length = i18n_word(table + 8U * i);
	uint32_t offset = i18n_word(table + 8U * i + 4);
	if (offset >= catalogue.size || length >= catalogue.size - offset || catalogue.mo[offset + length] != 0)
		return NULL;
	return (const char *)catalogue.mo + offset;
}

int i18n_use(const void *mo, size_t size)
{
	if (!mo) {
		catalogue.mo = NULL;
		catalogue.count = 0;
		return 0;
	}
	uint32_t head[5];
	if (size < 28)
		return -1;
	memcpy(head, mo, sizeof head);
	if (head[0] != 0x950412deU || head[2] > size / 16 || head[3] > size - 8U * (size_t)head[2] ||
	    head[4] > size - 8U * (size_t)head[2])
		return -1;
	catalogue.mo = mo;
	catalogue.is_off = 0;
	catalogue.size = size;
	catalogue.count = head[2];
	catalogue.originals = head[3];
	catalogue.translations = head[4];
	return 0;
}

static const char *look_up(const char *key)
{
	uint32_t low = 0;
	uint32_t high = catalogue.mo && !catalogue.is_off ? catalogue.count : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *original = entry(catalogue.originals, middle);
		if (!original)
			return NULL;
		int order = strcmp(key, original);
		if (order == 0) {
			const char *text = entry(catalogue.translations, middle);
			return text && *text ? text : NULL;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *i18n_text(const char *text)
{
	if (!*text)
		return text;
	const char *found = look_up(text);
	return found ? found : text;
}

const char *i18n_text_in(const char *key, const char *text)
{
	const char *found = look_up(key);
	return found ? found : text;
}

/* The key of a message with plurals is its singular: in the file the plural stands behind it, after a 0. */
const char *i18n_plural(const char *one, const char *many, unsigned long long n)
{
	const char *found = look_up(one);
	return found ? found : n == 1 ? one : many;
}

const char *i18n_english(const char *text)
{
	uintptr_t at = (uintptr_t)text - (uintptr_t)catalogue.mo;
	if (!catalogue.mo || at >= catalogue.size)
		return text;
	for (uint32_t i = 0; i < catalogue.count; i++) {
		if (i18n_word(catalogue.translations + 8U * i + 4) != at)
			continue;
		const char *original = entry(catalogue.originals, i);
		if (!original)
			return text;
		size_t n = strlen(original);
		const char *context = strchr(original, '\004');
		if (n < i18n_word(catalogue.originals + 8U * i))
			return original + n + 1;
		return context ? context + 1 : original;
	}
	return text;
}

const char *i18n_language(void)
{
	return catalogue.language;
}

void i18n_set_language(const char *language)
{
	catalogue.language = strcmp(language, "ja") == 0 ? "ja" : "en";
	catalogue.is_off = strcmp(catalogue.language, "ja") != 0;
}

const char *i18n_language_from_environment(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strncmp(value, "ja", 2) == 0 ? "ja" : "en";
	}
	return "en";
}
