#include "case/seen.h"

#include "base/paths.h"
#include "case/case_private.h"
#include "history/sshsig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *seen_path(const struct case_file *c, int make)
{
	char *home = path_data_home();
	char *folder = xasprintf("%s/seen", home);
	if (make)
		path_make(folder, NULL);
	char *path = xasprintf("%s/%s", folder, c->id);
	free(folder);
	free(home);
	return path;
}

void seen_update(struct case_file *c)
{
	char head[HISTORY_ID];
	uint64_t count = 0;
	if (history_head(c->history, head, NULL) < 0 || history_count(c->history, &count, NULL) < 0)
		return;
	char *path = seen_path(c, 1);
	char line[80];
	int n = snprintf(line, sizeof line, "%s %llu\n", head, (unsigned long long)count);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		/* the line has one length for years and is overwritten in place: never half a line, and no new file per action */
		ssize_t written = pwrite(fd, line, (size_t)n, 0);
		if (written == n && ftruncate(fd, n) < 0)
			written = -1;
		(void)written;
		close(fd);
	}
	free(path);
}

int seen_check(struct case_file *c)
{
	char *path = seen_path(c, 0);
	struct buf text = BUF_INIT;
	int warn = 0;
	if (access(path, F_OK) == 0 && buf_read_file(&text, path, 256, NULL) == 0 && text.len >= 41 && text.data[40] == ' ') {
		text.data[40] = '\0';
		char id[HISTORY_ID];
		unsigned long long before = strtoull(text.data + 41, NULL, 10);
		uint64_t count = 0;
		history_count(c->history, &count, NULL);
		if (history_resolve(c->history, text.data, id, NULL) < 0) {
			warn = 1;
			buf_addf(&c->notice,
			         _("WARNING: this machine has seen %llu actions of this case, up to commit %.10s, which this file does not"
			           " hold (%llu actions). It may be an older copy put back, or cut short. Compare the commit id with what is"
			           " on paper.\n"),
			         before, text.data, (unsigned long long)count);
		}
	}
	buf_release(&text);
	free(path);
	return warn;
}

static int is_responder(void *ctx, json_t *record)
{
	const char *line = json_string_value(json_object_get(record, "key"));
	unsigned char key[32];
	return line && ssh_public_parse(line, key, NULL) == 0 && memcmp(key, ctx, 32) == 0;
}

static void header_notice(struct case_file *c, const struct vault_report *report)
{
	if (report->signature == VAULT_UNSIGNED)
		buf_adds(&c->notice, _("WARNING: the header of this case is not signed: anybody may have made this file.\n"));
	else if (report->signature == VAULT_SIGNED_BAD)
		buf_adds(&c->notice, _("WARNING: the signature of the header does not fit: the ways to open this case were forged.\n"));
	else if (record_each(c, "responder", RECORD_RAW | RECORD_WITH_RETRACTED, is_responder,
	                     (void *)(uintptr_t)report->signer, NULL) == 0)
		buf_adds(&c->notice, _("WARNING: the header of this case was signed by a key that is no responder of it.\n"));
	if (report->header_damaged)
		buf_addf(&c->notice, _("One of the two copies of the header was damaged; copy %c was good and both are whole again.\n"),
		         report->header_used);
	if (report->header_stale)
		buf_adds(&c->notice, _("WARNING: the header is older than the file knows: an earlier one was put back.\n"));
}

void notice_from_opening(struct case_file *c)
{
	const struct vault_report *report = vault_report(c->vault);
	header_notice(c, report);
	if (report->anchor_damaged)
		buf_adds(&c->notice, _("One of the two anchors of the log was damaged; the other was good.\n"));
	if (report->unclean)
		buf_addf(&c->notice, _("The last session did not end cleanly: %u actions were recovered from the log; the last is %s.\n"),
		         report->wal_commits, c->head);
	if (report->torn_frames || report->unfinished_frames)
		buf_addf(&c->notice,
		         _("%u pages at the end of the log had never been acknowledged and were dropped; no acknowledged action is lost.\n"),
		         report->torn_frames + report->unfinished_frames);
	if (report->wal_ignored)
		buf_adds(&c->notice, _("A log lay beside the case that does not belong to its last session; it was not used.\n"));
}
