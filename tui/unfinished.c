#include "tui/unfinished.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/pathname.h"
#include "base/printable.h"
#include "evidence/capture.h"
#include "evidence/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct printing {
	struct session *s;
	json_t *array;
	struct err *err;
};

static void add(char **argv, size_t *n, const char *option, const char *value)
{
	if (*value) {
		argv[(*n)++] = xstrdup(option);
		argv[(*n)++] = xstrdup(value);
	}
}

/* The very command again: it finds the work by the source, the form, the folder and the size of parts. */
static int make_command(const struct unfinished *job, struct buf *line, struct err *err)
{
	char *argv[24] = {xstrdup("genba"), xstrdup("preserve")};
	size_t n = 2;
	char split[24] = "";
	struct buf source = BUF_INIT;
	struct buf folder = BUF_INIT;
	struct buf masked = BUF_INIT;
	static const char *const also[] = {"", "md5", "sha1", "md5,sha1"};
	if (job->split)
		snprintf(split, sizeof split, "%" PRIu64, job->split);
	int rc = pathname_decode(job->source, &source) < 0 || pathname_decode(job->folder, &folder) < 0
	             ? err_set(err, ERR_DAMAGED, _("unfinished work has a path that cannot be read"))
	             : 0;
	add(argv, &n, "--as", job->form);
	add(argv, &n, "--to", folder.len ? folder.data : "");
	add(argv, &n, "--split", split);
	add(argv, &n, "--hash", also[job->also & 3]);
	add(argv, &n, "--on", job->on);
	add(argv, &n, "--", source.len ? source.data : "");
	argv[n] = NULL;
	if (rc == 0)
		rc = capture_command_line(argv, NULL, line, &masked, err);
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	buf_release(&source);
	buf_release(&folder);
	buf_release(&masked);
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
	int rc = make_command(job, &command, p->err);
	if (rc == 0) {
		make_text(job, &text);
		char *safe_text = printable_dup(text.data);
		char *safe_command = printable_dup(command.data);
		if (p->array)
			json_array_append_new(p->array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "unfinished",
			                                          "label", job->label, "part", "evidence", "text",
			                                          safe_text, "command", safe_command));
		else
			fprintf(p->s->out, _("%s; to go on: %s\n"), safe_text, safe_command);
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
