/*
 * An image that another tool made, as a source: an E01 set, or a raw image in parts, with its log.
 *
 * What counts is the image's content: it is hashed, and copied if a copy is wanted. The digests that the image itself
 * or its log states are compared with it, and both stand on record.
 */
#include "evidence/preserve_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "evidence/image/part_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *stem_of(const char *first)
{
	return xstrndup(first, strlen(first) - 4);
}

/* ---- logs */

/* Digests of the log that was named, or of one that lies where tools leave it and speaks of this image. */
static int find_log(struct work *w, const char *first, int set, struct err *err)
{
	static const char *const endings[] = {".txt", ".log", ".info"};
	struct imported *m = &w->imported;
	struct image_log_of image = {w->full, set};
	struct image_log log;
	if (w->options->log) {
		m->log = xstrdup(w->options->log);
		if (image_log_read(m->log, &image, &log, err) < 0)
			return -1;
		m->by_log = log.stated;
		if (!m->by_log.count && log.others)
			return err_set(err, ERR_USAGE,
			               _("'%s' states digests of other files, and none of the content of '%s': name "
			                 "another log"),
			               m->log, w->path);
		return m->by_log.count ? 0
		                       : err_set(err, ERR_USAGE,
		                                 _("'%s' states no MD5, SHA-1 or SHA-256: name another log"), m->log);
	}
	if (!first)
		return 0;
	char *stem = stem_of(first);
	for (size_t i = 0; !m->by_log.count && i < 2 * (sizeof endings / sizeof *endings); i++) {
		free(m->log);
		m->log = xasprintf("%s%s", i % 2 ? stem : first, endings[i / 2]);
		if (access(m->log, R_OK) == 0 && image_log_read(m->log, &image, &log, NULL) == 0 && log.mentions)
			m->by_log = log.stated;
	}
	free(stem);
	if (!m->by_log.count) {
		free(m->log);
		m->log = NULL;
	}
	return 0;
}

/* ---- opening */

static void add_words(struct work *w, const struct ewf_about *about)
{
	const char *name;
	json_t *value;
	json_object_foreach(about->words, name, value) {
		const char *text = json_string_value(value);
		if (!text)
			continue;
		printable_add(&w->imported.says, name, strlen(name), PRINTABLE_LINE);
		buf_adds(&w->imported.says, ": ");
		printable_add(&w->imported.says, text, strlen(text), PRINTABLE_LINE);
		buf_addc(&w->imported.says, '\n');
	}
}

static void become(struct work *w, source_read_fn read, void *ctx, uint64_t size)
{
	struct stat before = w->source.before;
	source_close(&w->source);
	source_from_layer(&w->source, read, ctx, size);
	w->source.before = before;
}

static int open_image(struct work *w, struct err *err)
{
	struct imported *m = &w->imported;
	struct err why = ERR_INIT;
	if (ewf_set_open(&m->set, w->full, err) < 0)
		return -1;
	ewf_set_explain(&m->set, &m->faults);
	m->image = ewf_open(&m->set, &why);
	if (!m->image && m->faults.len)
		err_prefix(&why, "%.*s", (int)strcspn(m->faults.data, "\n"), m->faults.data);
	if (!m->image)
		return err_set(err, why.code, _("%s (--plain preserves the file as it is)"), why.message);
	const struct ewf_about *about = ewf_about(m->image);
	m->kind = IMPORT_E01;
	m->name = xasprintf("E01, %zu", m->set.count);
	add_words(w, about);
	if (*about->md5)
		stated_add(&m->by_image, STATED_MD5, about->md5);
	if (*about->sha1)
		stated_add(&m->by_image, STATED_SHA1, about->sha1);
	become(w, ewf_read, m->image, about->size);
	return 0;
}

static int open_parts(struct work *w, struct err *err)
{
	struct imported *m = &w->imported;
	if (parts_open(&m->parts, w->full, err) < 0)
		return -1;
	m->kind = IMPORT_PARTS;
	m->name = xasprintf("raw, %zu", m->parts.count);
	part_say_gap(parts_path, w->full, m->parts.count, &m->faults);
	become(w, parts_read, &m->parts, m->parts.size);
	return 0;
}

static void want(struct work *w, const struct stated_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		w->imported.also |= list->items[i].algorithm == STATED_MD5    ? DIGEST_MD5
		                    : list->items[i].algorithm == STATED_SHA1 ? DIGEST_SHA1
		                                                              : 0;
}

static int is_numbered(const char *path, size_t n)
{
	return n > 4 && path[n - 4] == '.' && strspn(path + n - 3, "0123456789") == 3;
}

/* The first part of the set that a file NAME.NNN is a later part of, if it is there. The caller frees. */
static char *first_part_of(const char *path)
{
	static const char *const firsts[] = {"000", "001"};
	size_t n = strlen(path);
	for (size_t i = 0; i < 2 && strcmp(path + n - 3, firsts[i]) > 0; i++) {
		char *first = xasprintf("%.*s%s", (int)(n - 3), path, firsts[i]);
		if (access(first, F_OK) == 0)
			return first;
		free(first);
	}
	return NULL;
}

/* A later file of a set is a slip of the hand: its content alone would be on record as the evidence. */
static int check_first_file(struct work *w, const unsigned char *head, size_t n, struct err *err)
{
	int rc = 0;
	size_t length = strlen(w->full);
	if (n >= 11 && memcmp(head, "EVF\t\r\n\xFF", 8) == 0 && (head[9] != 1 || head[10] != 0))
		rc = err_set(
		    err, ERR_USAGE,
		    _("'%s' is segment %d of an E01 image: name its first (--plain preserves the file as it is)"),
		    w->path, head[9] | head[10] << 8);
	if (rc == 0 && is_numbered(w->full, length)) {
		char *before = first_part_of(w->full);
		if (before)
			rc = err_set(
			    err, ERR_USAGE,
			    _("'%s' is not the first part of its image, '%s' is: name that (--plain preserves the "
			      "file as it is)"),
			    w->path, before);
		free(before);
	}
	return rc;
}

/* A later part NAME.NNN whose first is not there: does one of its neighbours say that it is one? */
static int has_neighbour(const char *path)
{
	size_t n = strlen(path);
	long number = strtol(path + n - 3, NULL, 10);
	int there = 0;
	for (long i = number - 1; !there && i <= number + 1; i += 2) {
		char *other = xasprintf("%.*s%03ld", (int)(n - 3), path, i);
		there = i > 1 && access(other, F_OK) == 0;
		free(other);
	}
	return there;
}

/* A file that by its name is only a part of something is taken for itself, and that is said. */
static void look_for_others(struct work *w)
{
	struct buf *faults = &w->imported.faults;
	size_t n = strlen(w->full);
	char *second = ewf_segment_path(w->full, 1);
	char *other = NULL;
	if (second && access(second, F_OK) == 0) {
		buf_adds(faults,
		         _("it is named as the first segment of an E01 image and others lie beside it, but it does "
		           "not begin as one: its beginning is missing or damaged\n"));
	} else if (is_numbered(w->full, n)) {
		if (!parts_is_first(w->full) && has_neighbour(w->full))
			buf_adds(faults,
			         _("it is a later part of an image, by its name, and the first part (.001 or .000) "
			           "is missing\n"));
	} else if ((other = part_sibling(w->full)) != NULL) {
		char *name = printable_dup(other);
		work_note(w,
		          _("it looks like one of several parts ('%s' lies beside it) in a form that genba does not "
		            "join: this file alone was preserved"),
		          name);
		free(name);
	}
	free(other);
	free(second);
}

int work_import_open(struct work *w, struct err *err)
{
	unsigned char head[16];
	int rc = 0;
	int is_file = S_ISREG(w->source.before.st_mode) && !w->options->plain;
	ssize_t n = is_file ? pread(w->source.fd, head, sizeof head, 0) : 0;
	int is_image = n > 0 && ewf_is_image(head, (size_t)n);
	if (is_file && check_first_file(w, head, n > 0 ? (size_t)n : 0, err) < 0)
		return -1;
	int is_part = is_file && !is_image && parts_is_first(w->full);
	if (is_image && w->options->source_fd > 0)
		return err_set(err, ERR_USAGE,
		               _("'%s' is an E01 image, whose segments only its owner may open: --plain preserves "
		                 "the file as it is"),
		               w->path);
	if (find_log(w, is_image || is_part ? w->full : NULL, is_image || (is_part && parts_are_there(w->full)), err) <
	    0)
		return -1;
	if (is_image)
		rc = open_image(w, err);
	else if (is_part && (parts_are_there(w->full) || w->imported.by_log.count))
		rc = open_parts(w, err);
	else if (is_file)
		look_for_others(w);
	want(w, &w->imported.by_image);
	want(w, &w->imported.by_log);
	return rc;
}

/* ---- afterwards */

static void preserve_import_compare(struct work *w, const struct stated_list *list, const char *by)
{
	struct imported *m = &w->imported;
	const char *in_english = i18n_english(by);
	for (size_t i = 0; i < list->count; i++) {
		const struct stated *s = &list->items[i];
		const char *ours = s->algorithm == STATED_MD5    ? w->digests.md5
		                   : s->algorithm == STATED_SHA1 ? w->digests.sha1
		                                                 : w->digests.sha256;
		int same = strcmp(ours, s->hex) == 0;
		buf_addf(&m->stated, "%s %s (%s): %s\n", stated_name(s->algorithm), s->hex, in_english,
		         same ? "same" : "different");
		if (!same) {
			work_note(w, _("the content does not have the %s that is stated (%s): %s"),
			          stated_name(s->algorithm), by, s->hex);
			m->wrong = 1;
		}
	}
}

static void note_image(struct work *w)
{
	struct imported *m = &w->imported;
	const struct ewf_about *about = ewf_about(m->image);
	for (size_t i = 0; i < about->unreadable.count; i++)
		work_note(w,
		          _("could not be read when the image was made, zeros stand there: %llu bytes from byte %llu"),
		          (unsigned long long)about->unreadable.items[i].length,
		          (unsigned long long)about->unreadable.items[i].offset);
	if (about->more)
		work_note(
		    w,
		    P_("and %llu more place that could not be read when the image was made, behind as many as are "
		       "named: zeros stand there, and nothing says where",
		       "and %llu more places that could not be read when the image was made, behind as many as are "
		       "named: zeros stand there, and nothing says where",
		       (unsigned long long)about->more),
		    (unsigned long long)about->more);
	if (about->unreadable.count)
		w->complete = "partial";
	if (ewf_failure(m->image))
		work_note(w, "%s", ewf_failure(m->image));
	if (about->corrupted) {
		work_note(w, _("the image is damaged, or segments of it are missing"));
		w->complete = "partial";
		m->wrong = 1;
	}
}

/* Files of the set that are not as they must be: the rest of the image is not here. */
static void note_faults(struct work *w)
{
	const struct imported *m = &w->imported;
	int damaged = m->wrong || strcmp(w->complete, "complete") != 0;
	if (!m->faults.len || (m->kind == IMPORT_E01 && !damaged)) /* all of its content was had */
		return;
	for (const char *line = m->faults.data; *line;) {
		size_t n = strcspn(line, "\n");
		work_note(w, "%.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
	if (m->kind != IMPORT_E01)
		w->complete = "partial";
	if (m->kind == IMPORT_PARTS)
		work_note(w, _("only the parts before it were preserved: the rest of the image is not in it"));
	if (m->kind == IMPORT_NONE)
		work_note(w, _("this file alone was preserved, as it is"));
}

void work_import_conclude(struct work *w, const struct ranges *unreadable)
{
	struct imported *m = &w->imported;
	char *by_log = m->log ? printable_dup(m->log) : NULL;
	if (m->kind == IMPORT_E01)
		note_image(w);
	if (m->kind == IMPORT_E01 && unreadable->count)
		m->wrong = 1; /* damaged chunks */
	note_faults(w);
	if (m->kind == IMPORT_PARTS && parts_changed(&m->parts)) {
		work_note(w, _("the source changed while it was read"));
		w->complete = "partial";
	}
	preserve_import_compare(w, &m->by_image, _("the image"));
	preserve_import_compare(w, &m->by_log, by_log ? by_log : "");
	if (m->stated.len)
		buf_truncate(&m->stated, m->stated.len - 1); /* its last line end */
	if (m->says.len)
		buf_truncate(&m->says, m->says.len - 1);
	if (m->wrong)
		w->match = "different";
	else if (!w->match && m->by_image.count + m->by_log.count)
		w->match = "same";
	free(by_log);
}

char *work_source_name(const struct work *w)
{
	if (w->imported.kind == IMPORT_NONE)
		return xstrdup(w->full);
	char *stem = stem_of(w->full);
	char *name = xasprintf("%s%s", stem, w->options->form == EVIDENCE_RAW ? ".dd" : "");
	free(stem);
	return name;
}

void work_import_release(struct work *w)
{
	struct imported *m = &w->imported;
	ewf_close(m->image);
	if (m->set.first)
		ewf_set_close(&m->set);
	parts_close(&m->parts);
	free(m->log);
	free(m->name);
	buf_release(&m->faults);
	buf_release(&m->says);
	buf_release(&m->stated);
}
