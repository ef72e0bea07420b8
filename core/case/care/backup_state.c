#include "case/care/backup_state.h"

#include "base/file/paths.h"
#include "base/file/safe_name.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

#define STATE_LIMIT (1U << 20)

static char *state_path(const struct case_file *c, struct err *err)
{
	const char *id = safe_name(c->id, err);
	if (!id)
		return NULL;
	char *home = path_data_home();
	char *path = xasprintf("%s/backup/%s.json", home, id);
	free(home);
	return path;
}

json_t *backup_state_load(const struct case_file *c)
{
	char *path = state_path(c, NULL);
	struct buf text = BUF_INIT;
	json_t *state =
	    path && buf_read_file(&text, path, STATE_LIMIT, NULL) == 0 ? json_parse(text.data, text.len, NULL) : NULL;
	if (!json_is_object(state)) {
		json_decref(state);
		state = json_object();
	}
	if (!json_is_object(json_object_get(state, "copies")))
		json_object_set_new(state, "copies", json_object());
	buf_release(&text);
	free(path);
	return state;
}

int backup_state_save(const struct case_file *c, const json_t *state, struct err *err)
{
	char *path = state_path(c, err);
	struct buf text = BUF_INIT;
	int rc = path ? json_canonical(state, &text, err) : -1;
	if (rc == 0)
		rc = path_make_parents(path, err);
	if (rc == 0)
		rc = path_write_file(path, text.data, text.len, PATH_REPLACE, err);
	buf_release(&text);
	free(path);
	return rc;
}

json_t *backup_state_copy(const json_t *state, const char *folder)
{
	return json_object_get(json_object_get(state, "copies"), folder);
}

int backup_schedule(struct case_file *c, const char *folder, unsigned every, struct err *err)
{
	json_t *state = backup_state_load(c);
	char *real = folder ? realpath(folder, NULL) : NULL;
	int rc = 0;
	if (every > 0 && !real)
		rc = err_set(err, ERR_NOT_FOUND, _("there is no folder '%s'"), folder ? folder : "");
	json_object_set_new(state, "every", json_integer(every));
	if (real)
		json_object_set_new(state, "folder", json_string(real));
	if (rc == 0)
		rc = backup_state_save(c, state, err);
	c->backup_every = rc == 0 ? (int)every : c->backup_every;
	free(real);
	json_decref(state);
	return rc;
}

/* 1 and the instant if the entry has a time. */
static int entry_time(const json_t *entry, struct clock_time *when)
{
	struct edtf time;
	int64_t earliest;
	int64_t latest;
	const char *text = json_get_string(entry, "when");
	if (!text || edtf_parse(text, &time, NULL) < 0 || edtf_bounds(&time, NULL, NULL, &earliest, &latest) < 0)
		return 0;
	*when = (struct clock_time){earliest, 0, 0};
	return 1;
}

static uint64_t entry_lacks(struct case_file *c, const json_t *entry)
{
	uint64_t commits = 0;
	uint64_t has = (uint64_t)json_integer_value(json_object_get(entry, "commit"));
	history_count(c->history, &commits, NULL);
	return commits > has ? commits - has : 0;
}

void backup_last(struct case_file *c, struct backup_last *last)
{
	json_t *state = backup_state_load(c);
	const char *folder;
	json_t *entry;
	memset(last, 0, sizeof *last);
	json_object_foreach(json_object_get(state, "copies"), folder, entry) {
		struct clock_time when;
		if (!entry_time(entry, &when) || (last->known && when.seconds < last->when.seconds))
			continue;
		free(last->folder);
		last->known = 1;
		last->folder = xstrdup(folder);
		last->when = when;
		last->actions_since = entry_lacks(c, entry);
	}
	last->every = (unsigned)json_integer_value(json_object_get(state, "every"));
	json_decref(state);
}

int backup_each_known(struct case_file *c, int (*fn)(void *ctx, const char *line), void *ctx, struct err *err)
{
	json_t *state = backup_state_load(c);
	const char *folder;
	json_t *entry;
	int rc = 0;
	(void)err;
	json_object_foreach(json_object_get(state, "copies"), folder, entry) {
		const char *when = json_get_string(entry, "when");
		const char *file = json_get_string(entry, "file");
		char *place = xasprintf("%s/%s", folder, file ? file : "");
		char *shown = printable_dup(place);
		char *line = xasprintf(P_("%s (copy of %s, %llu action behind)", "%s (copy of %s, %llu actions behind)",
		                          (unsigned long long)(entry_lacks(c, entry))),
		                       shown, when ? when : "?", (unsigned long long)entry_lacks(c, entry));
		if (rc == 0)
			rc = fn(ctx, line);
		free(line);
		free(shown);
		free(place);
	}
	json_decref(state);
	return rc;
}
