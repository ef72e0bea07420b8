/* Times and durations: what is read prints to what reads the same; what people type becomes a time or an error. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/time/edtf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int resolve(void *ctx, const char *label, struct edtf *out)
{
	(void)label;
	*out = *(struct edtf *)ctx; /* a record may hang on itself */
	return 0;
}

static void check_time(const char *text)
{
	struct edtf t;
	struct edtf again;
	struct edtf right;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	int64_t earliest;
	int64_t latest;
	if (edtf_parse(text, &t, NULL) < 0)
		return;
	edtf_print(&t, &first);
	if (edtf_parse(first.data, &again, NULL) < 0)
		abort();
	edtf_print(&again, &second);
	if (strcmp(first.data, second.data) != 0)
		abort();
	if (edtf_bounds(&t, resolve, &t, &earliest, &latest) == 0 && earliest > latest)
		abort();
	if (edtf_compare(&t, &again, NULL, NULL) != 0)
		abort();
	struct duration offset = {.negative = text[0] & 1, .seconds = text[0]};
	edtf_correct(&t, &offset, &right);
	buf_clear(&second);
	edtf_display(&t, &second);
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct clock_time now = {1795506309, 0, 540};
	char *text = xstrndup((const char *)data, size);
	struct buf typed = BUF_INIT;
	struct err err = ERR_INIT;
	i18n_set_language(size & 1 ? "ja" : "en");
	check_time(text);
	if (edtf_from_people_after(text, now, size & 2 ? "R1-V1" : NULL, &typed, &err) == 0) {
		struct edtf t;
		if (edtf_parse(typed.data, &t, NULL) < 0)
			abort();
		check_time(typed.data);
	} else if (!*err.message || typed.len) {
		abort();
	}
	struct duration d;
	if (duration_parse(text, &d, NULL) == 0) {
		buf_clear(&typed);
		duration_print(&d, &typed);
		struct duration same;
		if (duration_parse(typed.data, &same, NULL) < 0 && d.months < 1000000000 && d.days < 1000000000 &&
		    d.seconds < 1000000000)
			abort();
	}
	buf_release(&typed);
	free(text);
	return 0;
}
