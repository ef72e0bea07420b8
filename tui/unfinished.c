#include "tui/unfinished.h"
#include "tui/cmd.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/acquire/job.h"
#include "evidence/image/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct printing {
	struct session *s;
	json_t *array;
	struct err *err;
};

/* Quoted for a shell, and for a line of the workbench, where that is needed. */
static void add_word(struct buf *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	if (*word && strspn(word, plain) == strlen(word)) {
		buf_addf(line, " %s", word);
		return;
	}
	buf_adds(line, " '");
	for (; *word; word++)
		if (*word == '\'')
			buf_adds(line, "'\\''");
		else
			buf_addc(line, *word);
	buf_addc(line, '\'');
}

static void add_option(struct buf *line, const char *option, const char *value)
{
	if (*value) {
		buf_addf(line, " --%s", option);
		add_word(line, value);
	}
}

/* The very command again: it finds the work by the source, the form, the folder and the size of parts. */
int unfinished_command(const struct unfinished *job, struct buf *line, struct err *err)
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

static void make_text(const struct unfinished *job, struct buf *text)
{
	buf_addf(text, _("not finished: %s"), job->source);
	if (job->size)
		buf_addf(text, _(", %llu of %llu MiB"), (unsigned long long)(job->done >> 20),
		         (unsigned long long)((job->size + (1U << 20) - 1) >> 20));
	if (*job->at)
		buf_addf(text, ", %s", job->at);
	buf_addf(text, " (%s)", *job->why ? job->why : _("the program or the machine ended"));
}

static int print_one(void *ctx, const struct unfinished *job)
{
	struct printing *p = ctx;
	struct buf text = BUF_INIT;
	struct buf command = BUF_INIT;
	buf_adds(&command, "genba ");
	int rc = unfinished_command(job, &command, p->err);
	if (rc == 0) {
		make_text(job, &text);
		char *safe_text = printable_dup(text.data);
		char *safe_command = printable_dup(command.data);
		if (p->array)
			json_array_append_new(p->array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "unfinished",
			                                          "label", job->label, "part", "evidence", "text",
			                                          safe_text, "command", safe_command));
		else
			printable_printf(p->s->out, _("%s; to go on: %s\n"), safe_text, safe_command);
		free(safe_text);
		free(safe_command);
	}
	buf_release(&text);
	buf_release(&command);
	return rc;
}

int unfinished_print(struct session *s, json_t *array, struct err *err)
{
	struct printing p = {s, array, err};
	return job_each(s->c, print_one, &p, err) < 0 ? -1 : 0;
}
