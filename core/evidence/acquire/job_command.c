/* The command that goes on with unfinished preservation: the very command again, which finds the work by the source, the
 * form, the folder and the size of parts. */
#include "evidence/acquire/checkpoint.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/words.h"
#include "evidence/image/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_word(struct buf *line, const char *word)
{
	buf_addc(line, ' ');
	words_quote_needed(line, word);
}

static void add_option(struct buf *line, const char *option, const char *value)
{
	if (*value) {
		buf_addf(line, " --%s", option);
		add_word(line, value);
	}
}

int checkpoint_command(const struct unfinished *job, struct buf *line, struct err *err)
{
	static const char *const also[] = {"", "md5", "sha1", "md5,sha1"};
	char split[24] = "";
	struct buf source = BUF_INIT;
	struct buf folder = BUF_INIT;
	int rc = pathname_decode(job->source, &source) < 0 || pathname_decode(job->folder, &folder) < 0
	             ? err_set(err, ERR_DAMAGED, _("unfinished work has a path that cannot be read"))
	             : 0;
	if (job->split)
		snprintf(split, sizeof split, "%" PRIu64, job->split);
	buf_adds(line, "preserve");
	add_option(line, "as", job->form);
	add_option(line, "to", folder.data);
	add_option(line, "split", split);
	add_option(line, "hash", also[job->also & (DIGEST_MD5 | DIGEST_SHA1)]);
	add_option(line, "on", job->on);
	if (job->one_file_system)
		buf_adds(line, " --one-file-system");
	buf_adds(line, " --");
	add_word(line, source.data);
	buf_release(&source);
	buf_release(&folder);
	return rc;
}
