#include "case/trust/high_water_mark.h"

#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"
#include "case/store/responders.h"
#include "history/sshsig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL if the case's id is no name for a file: it is a stranger's, and has been refused or will be. */
static char *high_water_mark_path(const struct case_file *c)
{
	const char *id = safe_name(c->id, NULL);
	if (!id)
		return NULL;
	char *home = path_data_home();
	char *path = xasprintf("%s/seen/%s", home, id);
	free(home);
	return path;
}

/* Opens the file for reading and writing; it and its folder are made where they are missing. -1 if it cannot be. */
static int high_water_mark_open(const char *path)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == ENOENT) {
		char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
		path_make(folder, NULL);
		free(folder);
		fd = open(path, flags, 0600);
	}
	return fd;
}

struct mark {
	char head[HISTORY_ID];
	char from
	    [HISTORY_ID]; /* of a salvaged copy: the last commit that it had from what it was salvaged from; else "" */
	char first[HISTORY_ID];   /* of a salvaged copy: its own first commit, which what it was salvaged from lacks */
	unsigned long long count; /* commits up to it */
};

enum { MARKS = 64, LINE = 192 };

#define SALVAGED " salvaged "

/* The commit with which `text` begins, or "". */
static void copy_id(char id[HISTORY_ID], const char *text)
{
	int is_id = strspn(text, "0123456789abcdef") == HISTORY_ID - 1;
	snprintf(id, HISTORY_ID, "%s", is_id ? text : "");
}

#define MORE "more" /* a line of its own: there were more marks than have room */

/* The marks of this case: the last commit seen, then earlier ones that a copy opened here did not hold. */
static size_t read_marks(int fd, struct mark marks[MARKS], size_t *size, int *more)
{
	char text[MARKS * LINE + sizeof MORE + 1];
	ssize_t got = pread(fd, text, sizeof text - 1, 0);
	size_t n = 0;
	*size = got > 0 ? (size_t)got : 0;
	text[*size] = '\0';
	*more = strncmp(text, MORE "\n", sizeof MORE) == 0 || strstr(text, "\n" MORE "\n");
	for (char *rest = text, *line; n < MARKS && (line = strsep(&rest, "\n"));) {
		if (strspn(line, "0123456789abcdef") != HISTORY_ID - 1 || line[HISTORY_ID - 1] != ' ')
			continue;
		memcpy(marks[n].head, line, HISTORY_ID - 1);
		marks[n].head[HISTORY_ID - 1] = '\0';
		marks[n].count = strtoull(line + HISTORY_ID, NULL, 10);
		const char *from = strstr(line, SALVAGED);
		from = from ? from + sizeof SALVAGED - 1 : "";
		copy_id(marks[n].from, from);
		copy_id(marks[n].first, *marks[n].from && from[HISTORY_ID - 1] ? from + HISTORY_ID : "");
		n++;
	}
	return n;
}

static size_t load_marks(const char *path, struct mark marks[MARKS], int *more)
{
	size_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*more = 0;
	size_t n = fd >= 0 ? read_marks(fd, marks, &size, more) : 0;
	if (fd >= 0)
		close(fd);
	return n;
}

static int is_held(struct case_file *c, const char *commit)
{
	char id[HISTORY_ID];
	return history_resolve(c->history, commit, id, NULL) == 0;
}

static int count_parents(void *ctx, const struct history_entry *entry)
{
	*(unsigned *)ctx = entry->parent_count;
	return 0;
}

static void add_mark(struct buf *text, const struct mark *mark)
{
	buf_addf(text, "%s %llu%s%s%s%s\n", mark->head, mark->count, *mark->from ? SALVAGED : "", mark->from,
	         *mark->first ? " " : "", mark->first);
}

/* A mark that the history does not hold stays: working on with an older copy does not make it the newest. A salvaged copy
 * stays one while it is worked on by itself; who merges it has one history again, in which nothing may be missing. */
static void remember(struct case_file *c, const char *from)
{
	struct mark marks[MARKS];
	struct mark now = {.head = ""};
	uint64_t count = 0;
	if (history_head(c->history, now.head, NULL) < 0 || history_count(c->history, &count, NULL) < 0)
		return;
	char *path = high_water_mark_path(c);
	int fd = path ? high_water_mark_open(path) : -1;
	free(path);
	if (fd < 0)
		return;
	size_t size;
	size_t kept = 1;
	int more;
	size_t n = read_marks(fd, marks, &size, &more);
	struct buf text = BUF_INIT;
	int held[MARKS];
	unsigned parents = 2; /* if it cannot be told */
	history_entry_of(c->history, now.head, count_parents, &parents, NULL);
	now.count = count;
	copy_id(now.from, from ? from : "");
	copy_id(now.first, *now.from ? now.head : "");
	for (size_t i = 0; i < n; i++) {
		held[i] = is_held(c, marks[i].head);
		if (held[i] && *marks[i].from && !*now.from && parents < 2) {
			memcpy(now.from, marks[i].from, sizeof now.from);
			memcpy(now.first, marks[i].first, sizeof now.first);
		}
	}
	add_mark(&text, &now);
	for (size_t i = 0; i < n; i++) {
		if (held[i])
			continue;
		if (kept++ < MARKS)
			add_mark(&text, &marks[i]);
		else
			more = 1; /* somebody filled the places: what falls out may be what an older copy would lack */
	}
	if (more)
		buf_adds(&text, MORE "\n");
	/* a few lines that keep their length for years, overwritten in place: no new file per action */
	ssize_t written = pwrite(fd, text.data, text.len, 0);
	if (written == (ssize_t)text.len && size > text.len && ftruncate(fd, written) < 0)
		written = -1;
	(void)written;
	close(fd);
	buf_release(&text);
}

void high_water_mark_update(struct case_file *c)
{
	remember(c, NULL);
}

void high_water_mark_salvaged(struct case_file *c, const char *from)
{
	remember(c, from);
}

__attribute__((format(printf, 2, 3))) static void warn_of(struct case_file *c, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	buf_add(&c->notice, line.data, line.len);
	buf_add(&c->warnings, line.data, line.len);
	buf_release(&line);
}

int high_water_mark_has(struct case_file *c, const char *commit)
{
	struct mark marks[MARKS];
	int more;
	char *path = high_water_mark_path(c);
	size_t n = path ? load_marks(path, marks, &more) : 0;
	free(path);
	return n > 0 && strcmp(marks[0].head, commit) == 0;
}

int high_water_mark_check(struct case_file *c)
{
	struct mark marks[MARKS];
	char *path = high_water_mark_path(c);
	int more = 0;
	size_t n = path ? load_marks(path, marks, &more) : 0;
	int warn = 0;
	const struct mark *salvaged = NULL;
	for (size_t i = 0; i < n && !warn; i++) {
		uint64_t count = 0;
		if (is_held(c, marks[i].head))
			continue;
		/* all that went into the salvaged copy is here, and it is no older copy of that one */
		if (*marks[i].from && is_held(c, marks[i].from) && !(*marks[i].first && is_held(c, marks[i].first))) {
			salvaged = &marks[i];
			continue;
		}
		warn = 1;
		history_count(c->history, &count, NULL);
		warn_of(c,
		        _("WARNING: this machine has seen %llu actions of this case, up to commit %.10s, which this "
		          "file does not"
		          " hold (%llu actions). It may be an older copy put back, or cut short. Compare the commit "
		          "id with what is"
		          " on paper. If you put it back yourself, remove '%s'.\n"),
		        marks[i].count, marks[i].head, (unsigned long long)count, path);
	}
	if (!warn && more) {
		warn = 1;
		warn_of(c,
		        _("WARNING: more than %d other states of this case were opened on this machine, which is more "
		          "than it remembers: it does not know whether this file holds all that it has seen. Compare "
		          "the commit "
		          "id with what is on paper; if they agree, remove '%s'.\n"),
		        MARKS, path);
	}
	if (!warn && salvaged)
		buf_addf(&c->notice,
		         _("This is the file, or a copy of it, from which a case was salvaged on this machine. What "
		           "was done "
		           "in the salvaged one since (its last commit here is %.10s) is not in this one.\n"),
		         salvaged->head);
	if (n == 0)
		buf_addf(&c->notice,
		         _("This machine sees this case for the first time. Its last commit is %s: compare it with "
		           "what is on paper.\n"),
		         c->head);
	free(path);
	return warn;
}

struct signer {
	const unsigned char *key;
	int known, revoked;
};

static int match_signer(void *ctx, const struct responder *r)
{
	struct signer *signer = ctx;
	if (!r->has_key || memcmp(r->key, signer->key, sizeof r->key) != 0)
		return 0;
	signer->known = 1;
	signer->revoked = r->revoked != NULL;
	return 1;
}

int high_water_mark_header_is_believed(struct case_file *c)
{
	const struct vault_report *report = vault_report(c->vault);
	struct signer signer = {report->signer, 0, 0};
	if (report->signature != VAULT_SIGNED_GOOD)
		return 0;
	responder_each(c, match_signer, &signer, NULL);
	return signer.known && !signer.revoked;
}

static void header_notice(struct case_file *c, const struct vault_report *report)
{
	struct signer signer = {report->signer, 0, 0};
	if (report->signature == VAULT_SIGNED_GOOD)
		responder_each(c, match_signer, &signer, NULL);
	if (report->signature == VAULT_UNSIGNED)
		warn_of(c, "%s",
		        _("WARNING: the header of this case is not signed: anybody may have made this file.\n"));
	else if (report->signature == VAULT_SIGNED_BAD)
		warn_of(
		    c, "%s",
		    _("WARNING: the signature of the header does not fit: the ways to open this case were forged.\n"));
	else if (!signer.known)
		warn_of(c, "%s",
		        _("WARNING: the header of this case was signed by a key that is no responder of it.\n"));
	else if (signer.revoked)
		warn_of(c, "%s",
		        _("WARNING: the header of this case was signed by a responder whose key is revoked.\n"));
	if (report->header_damaged)
		buf_addf(&c->notice,
		         c->flags & CASE_READ_ONLY
		             ? _("One of the two copies of the header is damaged; copy %c is good.\n")
		             : _("One of the two copies of the header was damaged; copy %c was good and both are whole "
		                 "again.\n"),
		         report->header_used);
	if (report->header_stale)
		warn_of(c, "%s", _("WARNING: the header is older than the file knows: an earlier one was put back.\n"));
}

static int last_action(void *ctx, const struct history_entry *entry)
{
	struct case_file *c = ctx;
	char when[CLOCK_TEXT];
	clock_format(entry->when, when);
	char *subject = printable_dup(entry->subject), *name = printable_dup(entry->author_name);
	buf_addf(&c->notice, _("The last action kept is %.10s of %s by %s: %s\n"), entry->id, when, name, subject);
	free(subject);
	free(name);
	return 1;
}

static void recovery_notice(struct case_file *c, const struct vault_report *report)
{
	if (report->wal_commits > 0)
		buf_addf(
		    &c->notice,
		    P_("The last session did not end cleanly: %u saved change (pages: %u) was recovered from its "
		       "log.\n",
		       "The last session did not end cleanly: %u saved changes (pages: %u) were recovered from its "
		       "log.\n",
		       report->wal_commits),
		    report->wal_commits, report->wal_frames);
	else
		buf_adds(&c->notice,
		         _("The last session did not end cleanly; all that it had saved is in the file.\n"));
	if (report->torn_frames || report->unfinished_frames)
		buf_addf(&c->notice,
		         _("A change that was being written when it ended had never been acknowledged and was dropped "
		           "(pages: %u); no"
		           " acknowledged action is lost.\n"),
		         report->torn_frames + report->unfinished_frames);
	history_log(c->history, NULL, NULL, 1, last_action, c, NULL);
}

void high_water_mark_notice(struct case_file *c)
{
	const struct vault_report *report = vault_report(c->vault);
	header_notice(c, report);
	if (report->anchor_damaged)
		buf_adds(&c->notice, _("One of the two anchors of the log was damaged; the other was good.\n"));
	if (report->unclean)
		recovery_notice(c, report);
	if (report->wal_ignored)
		buf_adds(&c->notice,
		         _("A log lay beside the case that does not belong to its last session; it was not used.\n"));
}
