/*
 * The log that an imaging tool left beside an image. Each digest that is
 * taken from it must stand in it, once in the list, and be of its algorithm's
 * length; the same text with Windows' line ends states the same.
 */
#include "evidence/image/image_log.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

static int stands_in(const char *text, size_t n, const char *word)
{
	size_t k = strlen(word);
	for (size_t i = 0; i + k <= n; i++)
		if (strncasecmp(text + i, word, k) == 0)
			return 1;
	return 0;
}

static void check(const char *text, size_t n, const struct stated_list *list)
{
	static const size_t digits[] = {[STATED_MD5] = 32, [STATED_SHA1] = 40, [STATED_SHA256] = 64};
	int wide = n >= 2 && memcmp(text, "\xFF\xFE", 2) == 0;
	must(list->count <= STATED_MOST);
	for (size_t i = 0; i < list->count; i++) {
		const struct stated *s = &list->items[i];
		must(s->algorithm >= STATED_MD5 && s->algorithm <= STATED_SHA256);
		must(strlen(s->hex) == digits[s->algorithm]);
		must(strspn(s->hex, "0123456789abcdef") == strlen(s->hex));
		must(wide || stands_in(text, n, s->hex));
		for (size_t j = 0; j < i; j++)
			must(list->items[j].algorithm != s->algorithm || strcmp(list->items[j].hex, s->hex) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int set = 0; set < 3; set++) {
		struct image_log_of image = {set < 2 ? "/cases/img.001" : NULL, set == 1};
		struct image_log log = {.others = 0};
		struct image_log again = {.others = 0};
		struct buf text = BUF_INIT;
		buf_add(&text, data, size);
		image_log_scan(text.data, text.len, &image, &log);
		must(log.mentions == 0 || log.mentions == 1);
		check(text.data, text.len, &log.stated);
		if (size < 2 || data[0] != 0xFF) {
			struct buf windows = BUF_INIT;
			for (size_t i = 0; i < size; i++) {
				if (data[i] == '\n')
					buf_addc(&windows, '\r');
				buf_addc(&windows, (char)data[i]);
			}
			image_log_scan(windows.data, windows.len, &image, &again);
			must(again.stated.count == log.stated.count && again.others == log.others &&
			     memcmp(&again.stated, &log.stated, sizeof log.stated) == 0);
			buf_release(&windows);
		}
		buf_release(&text);
	}
	return 0;
}
