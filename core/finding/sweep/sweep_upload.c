#include "finding/sweep/sweep_upload.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "finding/sweep/sweep_run_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN_MOST  (1U << 20) /* bytes of a person's own list */
#define SUMS_MOST 200000U

static const char *const services[] = {
#define SERVICE(host) host,
#include "finding/sweep/storage_services.def"
#undef SERVICE
};

struct sweep_uploads {
	const struct sweep_list *list;
	struct sweep_list services; /* all */
	struct sweep_list more;     /* those that are not in the list */
	json_t *sums;               /* "source, indicator, client, hour": {…} */
	int is_cut;
	struct err own; /* why a person's own list could not be read */
};

static void pass_over(void *ctx, uint64_t line, const char *value, const char *reason)
{
	(void)ctx, (void)line, (void)value, (void)reason;
}

/* A person's own. */
static void read_own(struct sweep_list *list, struct err *err)
{
	struct buf text = BUF_INIT;
	char *home = path_data_home();
	char *path = xasprintf("%s/storage-services", home);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		err_set_errno(err, ERR_FAILED, errno, "%s", path);
	if (fd >= 0 && buf_read_fd(&text, fd, OWN_MOST, err) == 0)
		sweep_list_read(list, text.data, text.len, pass_over, NULL);
	if (fd >= 0)
		close(fd);
	buf_release(&text);
	free(path);
	free(home);
}

struct sweep_uploads *sweep_uploads_new(const struct sweep_list *list)
{
	struct sweep_uploads *u = xcalloc(1, sizeof *u);
	u->list = list;
	u->sums = json_object();
	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		sweep_list_add(&u->services, "domain", services[i], "");
	read_own(&u->services, &u->own);
	for (size_t i = 0; i < u->services.count; i++) {
		const struct sweep_indicator *s = &u->services.all[i];
		if (!sweep_list_has(list, s->type, s->value))
			sweep_list_add(&u->more, s->type, s->value, "");
	}
	return u;
}

void sweep_uploads_free(struct sweep_uploads *u)
{
	if (!u)
		return;
	sweep_list_release(&u->services);
	sweep_list_release(&u->more);
	json_decref(u->sums);
	free(u);
}

void sweep_uploads_write(const struct sweep_uploads *u, struct buf *out)
{
	sweep_list_write(&u->more, out);
}

json_t *sweep_uploads_numbers(const struct sweep_uploads *u)
{
	json_t *numbers = json_array();
	for (size_t i = 0; i < u->list->count; i++) {
		const struct sweep_indicator *it = &u->list->all[i];
		if (it->is_upload || sweep_list_has(&u->services, it->type, it->value))
			json_array_append_new(numbers, json_integer((json_int_t)i));
	}
	return numbers;
}

/* What comes from a worker may be any number. */
static void add_number(json_t *sum, const char *name, json_int_t by)
{
	json_int_t all = json_integer_value(json_object_get(sum, name));
	if (by > 0 && __builtin_add_overflow(all, by, &all))
		all = INT64_MAX;
	json_object_set_new(sum, name, json_integer(all));
}

static const char *text_of(const json_t *line, const char *name)
{
	const char *text = json_get_string(line, name);
	return text ? text : "";
}

static json_t *path_text(const char *path)
{
	struct buf out = BUF_INIT;
	pathname_encode(path, &out);
	json_t *json = json_stringn(out.data, out.len);
	buf_release(&out);
	return json;
}

static json_t *new_sum(const struct sweep_unit *unit, const struct sweep_indicator *it, const char *client,
                       const char *hour, const char *clock)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:s, s:n, s:s?, s:s, s:i, s:i, s:i, s:i, s:n, s:n}",
	                 "label", it->label, "kind", "upload", "indicator", it->value, "type", it->type, "evidence",
	                 unit->target ? unit->target->evidence : NULL, "source", path_text(unit->source), "path",
	                 path_text(unit->name), "client", client, "asset", "hour", *hour ? hour : NULL, "clock", clock,
	                 "posts", 0, "puts", 0, "connects", 0, "bytes", 0, "first", "last");
}

static void widen(json_t *sum, const char *first, const char *last)
{
	const char *was = json_get_string(sum, "first");
	if (*first && (!was || strcmp(first, was) < 0))
		json_object_set_new(sum, "first", json_string(first));
	was = json_get_string(sum, "last");
	if (*last && (!was || strcmp(last, was) > 0))
		json_object_set_new(sum, "last", json_string(last));
}

int sweep_uploads_take(struct sweep_uploads *u, const struct sweep_run *run, size_t unit, const json_t *line,
                       struct err *err)
{
	const struct sweep_unit *of = &run->units[unit];
	json_int_t number = json_integer_value(json_object_get(line, "upload"));
	const char *method = text_of(line, "method");
	const char *name = strcmp(method, "POST") == 0      ? "posts"
	                   : strcmp(method, "PUT") == 0     ? "puts"
	                   : strcmp(method, "CONNECT") == 0 ? "connects"
	                                                    : NULL;
	if (number < 0 || (size_t)number >= u->list->count + u->more.count || !name)
		return err_set(err, ERR_INVALID, _("the sweep's worker wrote what no sweep writes"));
	const struct sweep_indicator *it =
	    (size_t)number < u->list->count ? &u->list->all[number] : &u->more.all[(size_t)number - u->list->count];
	if (of->target && !sweep_target_wants(of->target, u->list, (size_t)number))
		return 0;
	char first[40];
	char last[40];
	char hour[40] = "";
	sweep_run_time(run, of, text_of(line, "first"), first);
	sweep_run_time(run, of, text_of(line, "last"), last);
	if (strlen(first) >= 19)
		snprintf(hour, sizeof hour, "%.13s:00:00%s", first, first[strlen(first) - 1] == 'Z' ? "Z" : "");
	char *key =
	    xasprintf("%s\n%s\n%s\n%s\n%lld", hour, text_of(line, "client"),
	              of->target && of->target->evidence ? of->target->evidence : "", of->source, (long long)number);
	json_t *sum = json_object_get(u->sums, key);
	if (!sum && json_object_size(u->sums) < SUMS_MOST) {
		sum = new_sum(of, it, text_of(line, "client"), hour, text_of(line, "clock"));
		json_object_set_new(sum, "unit", json_integer((json_int_t)unit));
		if (json_object_set_new(u->sums, key, sum) < 0) /* a source whose name is no text */
			sum = NULL;
	}
	u->is_cut |= !sum;
	if (sum) {
		add_number(sum, name, json_integer_value(json_object_get(line, "count")));
		add_number(sum, "bytes", json_integer_value(json_object_get(line, "bytes")));
		widen(sum, first, last);
	}
	free(key);
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sweep_uploads_tell(struct sweep_uploads *u, struct sweep_run *run, struct err *err)
{
	size_t count = json_object_size(u->sums);
	const char **keys = xcalloc(count + 1, sizeof *keys);
	const char *key;
	json_t *sum;
	size_t i = 0;
	int rc = 0;
	json_object_foreach(u->sums, key, sum)
		keys[i++] = key;
	qsort(keys, count, sizeof *keys, compare_keys);
	for (i = 0; i < count && rc == 0; i++) {
		sum = json_object_get(u->sums, keys[i]);
		const struct sweep_target *target = run->units[json_integer_value(json_object_get(sum, "unit"))].target;
		json_object_del(sum, "unit");
		if (run->upload && target)
			rc = run->upload(run->ctx, target, sum, err);
		if (rc == 0)
			rc = run->object(run->ctx, json_incref(sum), err);
	}
	free(keys);
	if (rc == 0 && u->own.code && run->unit_count) {
		char *why = xasprintf(_("the own list of storage services could not be read: %s"), u->own.message);
		rc = sweep_run_problem(run, run->units[0].target, run->units[0].name, why, err);
		free(why);
	}
	if (rc == 0 && u->is_cut && run->unit_count)
		rc = sweep_run_problem(run, run->units[0].target, run->units[0].name,
		                       _("over a limit: not all clients and hours with uploads are told"), err);
	return rc;
}
