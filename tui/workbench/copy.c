#include "tui/workbench/copy.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "tui/term/screen.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void copy_sequence(const char *text, size_t n, int tmux, struct buf *out)
{
	size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *base64 = xmalloc(size);
	sodium_bin2base64(base64, size, (const unsigned char *)text, n, sodium_base64_VARIANT_ORIGINAL);
	buf_addf(out, "\033]52;c;%s\a", base64);
	if (tmux)
		buf_addf(out, "\033Ptmux;\033\033]52;c;%s\a\033\\", base64);
	free(base64);
}

/* 1 if the person has asked for copying, now or before. */
static int is_allowed(struct workbench *wb)
{
	const char *wanted = getenv("GENBA_COPY");
	if (wanted && strcmp(wanted, "0") == 0) {
		workbench_tell(wb, TONE_ATTENTION, "%s", _("copying is switched off here (GENBA_COPY=0)"));
		return 0;
	}
	if (!wb->may_copy && (!wanted || strcmp(wanted, "1") != 0))
		wb->may_copy = prompt_yes(
		    wb, _("The terminal may keep a copy, or send it on (SSH). Copy in this session? (y/n) "));
	else
		wb->may_copy = 1;
	return wb->may_copy;
}

void copy_text(struct workbench *wb, const char *text)
{
	const char *tmux = getenv("TMUX");
	size_t n = strlen(text);
	struct buf bytes = BUF_INIT;
	if (n == 0) {
		workbench_tell(wb, TONE_FAINT, "%s", _("there is nothing to copy here"));
	} else if (n > COPY_LIMIT) {
		workbench_tell(wb, TONE_ATTENTION, _("too much to copy: %zu bytes, at most %d"), n, COPY_LIMIT);
	} else if (*screen_notice()) {
		workbench_tell(wb, TONE_ATTENTION, "%s", _("this console has no clipboard"));
	} else if (is_allowed(wb)) {
		copy_sequence(text, n, tmux && *tmux, &bytes);
		screen_send(bytes.data, bytes.len);
		workbench_tell(wb, TONE_GOOD, _("given to the terminal to copy: %s"), text);
	}
	buf_release(&bytes);
}
