/* preserve and extract. */
#include "tui/cmd.h"

#include "base/err.h"
#include "base/i18n.h"
#include "case/value.h"
#include "evidence/awake.h"
#include "evidence/preserve.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static int parse_split(const char *text, uint64_t *split, struct err *err)
{
	json_int_t bytes;
	if (!text)
		return 0;
	if (size_parse(text, &bytes, err) < 0)
		return err_prefix(err, "--split");
	if (bytes < (1 << 20))
		return err_set(err, ERR_USAGE, _("--split: at least 1MiB; FAT32 takes up to 4095MiB"));
	*split = (uint64_t)bytes;
	return 0;
}

static int parse(const struct args *args, struct preserve_options *o, struct err *err)
{
	if (args->count < 1)
		return cmd_usage("preserve", err);
	if (evidence_form_parse(args_option(args, "as"), &o->form, err) < 0 ||
	    parse_also(args_option(args, "hash"), &o->also, err) < 0 ||
	    parse_split(args_option(args, "split"), &o->split, err) < 0 ||
	    evidence_compression_parse(args_option(args, "compression"), &o->compression, err) < 0)
		return -1;
	if (o->to_dir && strcmp(o->to_dir, "-") == 0) {
		if (o->form != EVIDENCE_SEALED || args->count != 1)
			return err_set(err, ERR_USAGE,
			               _("--to -: only one sealed container can go to standard output"));
		o->to_fd = STDOUT_FILENO;
	}
	if (o->log && args->count != 1)
		return err_set(err, ERR_USAGE, _("--log %s: one log is of one image"), o->log);
	if (o->for_label && args->count != 1)
		return err_set(err, ERR_USAGE, _("--for %s: one record takes one path"), o->for_label);
	return 0;
}

/* The descriptor of a file that only the other shell may open (root's), or 0: it is opened here. */
static int opened_elsewhere(const struct session *s, const char *path)
{
	for (size_t i = 0; i < s->file_count; i++)
		if (strcmp(s->files[i].word, path) == 0 && access(path, R_OK) < 0)
			return s->files[i].fd;
	return 0;
}

int cmd_preserve(struct session *s, const struct args *args, struct err *err)
{
	struct preserve_options options = {.to_dir = args_option(args, "to"),
	                                   .on = args_option(args, "on"),
	                                   .for_label = args_option(args, "for"),
	                                   .changes = args_option(args, "reason"),
	                                   .log = args_option(args, "log"),
	                                   .plain = args_option(args, "plain") != NULL,
	                                   .progress = &s->progress};
	struct awake awake;
	int incomplete = 0;
	int wrong = 0;
	int rc = parse(args, &options, err);
	if (rc < 0)
		return -1;
	int held = awake_begin(&awake);
	if (!held && isatty(STDERR_FILENO) && !s->in_workbench)
		fputs(_("the machine may fall asleep meanwhile: nothing here can hold it awake\n"), s->log);
	FILE *out = options.to_fd ? s->log : s->out; /* standard output carries the container */
	for (size_t i = 0; rc == 0 && i < args->count; i++) {
		struct preserved done;
		options.source_fd = opened_elsewhere(s, args->words[i]);
		rc = evidence_preserve(s->c, args->words[i], &options, &done, err);
		if (rc == 0) {
			fprintf(out, "%s %s\n", done.label, *done.sha256 ? done.sha256 : "-");
			fflush(out);
			fputs(done.note.data, s->log);
			incomplete += !done.complete;
			wrong += done.wrong;
		}
		preserved_release(&done);
	}
	awake_end(&awake);
	if (rc == 0 && wrong)
		return err_set(err, ERR_DAMAGED,
		               _("%d of %zu damaged, or not what the image or its log states; on record as that"),
		               wrong, args->count);
	if (rc == 0 && incomplete)
		return err_set(err, ERR_FAILED, _("%d of %zu not complete; on record as that"), incomplete,
		               args->count);
	return rc;
}

int cmd_extract(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 2)
		return cmd_usage("extract", err);
	return evidence_extract(s->c, args->words[0], args->words[1], args_option(args, "intact") ? EXTRACT_INTACT : 0,
	                        &s->progress, err);
}
