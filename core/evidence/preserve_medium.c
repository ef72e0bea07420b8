/*
 * Which medium touched which machine: a removable one that evidence is read from
 * or written to is a record of its own, and its being here is another.
 */
#include "evidence/preserve_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/stored_words.h"
#include "evidence/acquire/removable_media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct preserve_medium_finding {
	const struct removable_media *medium;
	char label[LABEL_TEXT];
};

/* The same serial number; without one, the same name and size: more cannot be known. */
static int match_medium(void *ctx, json_t *record)
{
	struct preserve_medium_finding *f = ctx;
	const char *serial = json_get_string(record, "serial");
	const char *name = json_get_string(record, "name");
	int same = *f->medium->serial
	               ? serial && strcmp(serial, f->medium->serial) == 0
	               : !serial && name && strcmp(name, f->medium->name) == 0 &&
	                     (uint64_t)json_integer_value(json_object_get(record, "capacity")) == f->medium->size;
	if (same)
		snprintf(f->label, sizeof f->label, "%s", record_label(record));
	return same;
}

/* The record of the medium, made if there is none. */
static int find_medium(struct work *w, struct action *a, const struct removable_media *m, int written,
                       char label[LABEL_TEXT])
{
	struct preserve_medium_finding f = {.medium = m};
	char size[32];
	if (record_each(w->c, "media", 0, match_medium, &f, w->err) < 0)
		return -1;
	snprintf(label, LABEL_TEXT, "%s", f.label);
	if (*label)
		return 0;
	snprintf(size, sizeof size, "%llu", (unsigned long long)m->size);
	struct assign fields[] = {{"name", *m->name ? m->name : m->serial},
	                          {"type", m->type},
	                          {"serial", m->serial},
	                          {"capacity", m->size ? size : ""},
	                          {"purpose", written ? "collection" : ""}};
	return action_add(a, "media", fields, sizeof fields / sizeof *fields, 0, label, w->err);
}

/* ---- its being here */

struct use {
	const char *medium;
	const char *machine;
	const char *day;
	struct case_file *c;
	char label[LABEL_TEXT];
	int written;
};

static int match_use(void *ctx, json_t *record)
{
	struct use *u = ctx;
	const char *medium = json_get_string(record, "medium");
	const char *asset = json_get_string(record, "asset");
	const char *when = json_get_string(record, "when");
	const char *mode = json_get_string(record, "mode");
	if (!medium || !asset || !when || strcmp(medium, u->medium) != 0 || strncmp(when, u->day, 10) != 0)
		return 0;
	json_t *machine = record_get(u->c, asset, 0, NULL);
	const char *name = json_get_string(machine, "hostname");
	if (name && strcasecmp(name, u->machine) == 0) {
		snprintf(u->label, sizeof u->label, "%s", record_label(record));
		u->written = mode && strcmp(mode, "written") == 0;
	}
	json_decref(machine);
	return *u->label != '\0';
}

/* One record for each day that the medium was here. */
static int put_use(struct work *w, struct action *a, const char *medium, const char *ended, int written)
{
	char machine[256] = "";
	char label[LABEL_TEXT];
	gethostname(machine, sizeof machine - 1);
	machine[strcspn(machine, ".")] = '\0';
	struct use u = {.medium = medium, .machine = machine, .day = w->started, .c = w->c};
	if (record_each(w->c, "use", 0, match_use, &u, w->err) < 0)
		return -1;
	struct assign fields[] = {
	    {"until", ended},     {"mode", written || u.written ? "written" : "read_only"},
	    {"when", w->started}, {"medium", medium},
	    {"asset", machine},   {"purpose", written ? WORDS_MEDIUM_WRITTEN : WORDS_MEDIUM_READ}};
	if (*u.label)
		return action_set(a, u.label, fields, 2, 0, w->err);
	if (action_try_add(a, "use", fields, sizeof fields / sizeof *fields, RECORD_NO_PARTY, label, NULL) < 0)
		buf_addf(&w->out->advice,
		         _("the medium %s is connected to this machine, '%s', which is no asset on record: add use "
		           "medium=%s asset=… when=%s\n"),
		         medium, machine, medium, w->started);
	return 0;
}

static int put_one(struct work *w, struct action *a, dev_t device, int written, const char *ended,
                   char label[LABEL_TEXT])
{
	struct removable_media m;
	*label = '\0';
	if (!removable_media_of(w->options->sys ? w->options->sys : "/sys", device, &m) || (!*m.name && !*m.serial))
		return 0;
	if (find_medium(w, a, &m, written, label) < 0)
		return -1;
	return put_use(w, a, label, ended, written);
}

int work_put_media(struct work *w, struct action *a, const char *ended, char lies_on[LABEL_TEXT])
{
	struct stat st;
	char source[LABEL_TEXT];
	char copy[LABEL_TEXT] = "";
	dev_t from = S_ISBLK(w->seen.st_mode) ? w->seen.st_rdev : w->seen.st_dev;
	if (put_one(w, a, from, 0, ended, source) < 0)
		return -1;
	if (w->dir && stat(w->dir, &st) == 0 && put_one(w, a, st.st_dev, 1, ended, copy) < 0)
		return -1;
	snprintf(lies_on, LABEL_TEXT, "%s", work_copies(w) ? copy : source);
	return 0;
}
