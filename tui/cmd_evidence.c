#include "tui/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "evidence/preserve.h"

#include <stdio.h>
#include <string.h>

/* "md5,sha1": digests beside SHA-256. */
static int parse_also(const char *list, unsigned *also, struct err *err)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");
		if (n == 3 && strncmp(list, "md5", n) == 0)
			*also |= DIGEST_MD5;
		else if (n == 4 && strncmp(list, "sha1", n) == 0)
			*also |= DIGEST_SHA1;
		else if (n != 6 || strncmp(list, "sha256", n) != 0)
			return err_set(err, ERR_USAGE,
			               _("--hash: allowed are sha256 (always made), md5, sha1, separated by commas"));
		list += n + (list[n] == ',');
	}
	return 0;
}

int cmd_preserve(struct session *s, const struct args *args, struct err *err)
{
	struct preserve_options options = {
	    .to_dir = args_option(args, "to"), .on = args_option(args, "on"), .progress = &s->progress};
	if (args->count < 1)
		return cmd_usage("preserve", err);
	if (evidence_form_parse(args_option(args, "as"), &options.form, err) < 0 ||
	    parse_also(args_option(args, "hash"), &options.also, err) < 0)
		return -1;
	int incomplete = 0;
	for (size_t i = 0; i < args->count; i++) {
		struct preserved done;
		int rc = evidence_preserve(s->c, args->words[i], &options, &done, err);
		if (rc == 0) {
			fprintf(s->out, "%s %s\n", done.label, *done.sha256 ? done.sha256 : "-");
			fflush(s->out);
			fputs(done.note.data, s->log);
			incomplete += !done.complete;
		}
		preserved_release(&done);
		if (rc < 0)
			return -1;
	}
	if (incomplete)
		return err_set(err, ERR_FAILED, _("%d of %zu not complete; on record as that"), incomplete,
		               args->count);
	return 0;
}
