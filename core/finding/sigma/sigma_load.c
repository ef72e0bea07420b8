/* The files of a folder of rules: found here, parsed in the cage, compiled here. */
#include "finding/sigma/sigma_private.h"

#include "base/buf.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/worker/worker.h"
#include "evidence/image/digest.h"
#include "playbook/load/yaml_reader.h"

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MOST 20000U
#define FILE_MOST  (2U << 20)
#define BATCH      (8U << 20) /* bytes that a worker is handed at once */

/* ---- in the cage */

static int read_exactly(struct worker *w, char *to, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t got = worker_read(w, to, n, err);
		if (got <= 0)
			return got < 0 ? -1 : err_set(err, ERR_INVALID, _("it ends before its size"));
		to += got;
		n -= (size_t)got;
	}
	return 0;
}

static int sigma_job_run(struct worker *w, struct err *err)
{
	const json_t *size;
	size_t i;
	char *text = xmalloc(FILE_MOST + 1);
	int rc = 0;
	json_array_foreach(json_object_get(worker_request(w), "sizes"), i, size) {
		size_t n = (size_t)json_integer_value(size);
		struct err why = ERR_INIT;
		if (rc < 0 || n > FILE_MOST)
			break;
		rc = read_exactly(w, text, n, err);
		if (rc < 0)
			break;
		struct source_map *places = source_map_new();
		json_t *tree = yaml_reader_load("rule.yml", text, n, places, NULL, &why);
		source_map_free(places);
		rc = worker_emit_take(w,
		                      tree ? json_pack("{s:I, s:o}", "file", (json_int_t)i, "rule", tree)
		                           : json_pack("{s:I, s:s}", "file", (json_int_t)i, "error", why.message),
		                      err);
	}
	free(text);
	return rc;
}

const struct worker_job sigma_job = {.name = "sigma", .run = sigma_job_run};

/* ---- in the parent */

struct rule_files {
	char **paths; /* below the folder */
	size_t count;
	struct buf text;
	json_t *sizes;
	size_t first; /* of the batch */
	struct sigma *s;
	struct digest *digest;
	const struct progress *progress;
};

static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	return xstrndup(name, strcspn(name, "."));
}

static int on_rule(void *ctx, const json_t *value, struct err *err)
{
	struct rule_files *f = ctx;
	(void)err;
	json_int_t i = json_integer_value(json_object_get(value, "file"));
	const json_t *tree = json_object_get(value, "rule");
	const char *error = json_get_string(value, "error");
	if (i < 0 || (size_t)i + f->first != f->s->rule_count || f->s->rule_count >= f->count)
		return 0;
	struct sigma_rule *rule = &f->s->rules[f->s->rule_count++];
	*rule = (struct sigma_rule){.name = name_of(f->paths[f->s->rule_count - 1]), .span = OBSERVATION_SEEN_INIT};
	if (json_is_object(tree)) {
		sigma_compile(f->s, rule, tree);
		return 0;
	}
	rule->title = xstrdup(rule->name);
	rule->id = xstrdup("");
	snprintf(rule->level, sizeof rule->level, "medium");
	rule->needs = xasprintf(_("a file that can be read: %s"), error ? error : "");
	return 0;
}

static int run_batch(struct rule_files *f, struct err *err)
{
	struct worker_result result;
	json_t *request = json_pack("{s:O}", "sizes", f->sizes);
	struct worker_call call = {.job = "sigma",
	                           .request = request,
	                           .input = -1,
	                           .bytes = f->text.data,
	                           .n = f->text.len,
	                           .limits = {.output = (size_t)256 << 20},
	                           .line = on_rule,
	                           .ctx = f,
	                           .progress = f->progress};
	int rc = f->text.len ? worker_run(&call, &result, err) : 0;
	if (rc == 0 && f->text.len && result.end != WORKER_DONE)
		rc = err_set(err, ERR_INVALID, _("the rules could not be read: %s"), result.reason);
	json_decref(request);
	buf_clear(&f->text);
	json_array_clear(f->sizes);
	f->first = f->s->rule_count;
	return rc;
}

static int add_file(struct rule_files *f, const char *path, struct err *err)
{
	char *text = xmalloc(FILE_MOST);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MOST);
	if (fd >= 0)
		close(fd);
	if (n < 0 || n == (ssize_t)FILE_MOST)
		n = 0; /* told as a rule that cannot be read */
	digest_add(f->digest, text, (size_t)n);
	buf_add(&f->text, text, (size_t)n);
	json_array_append_new(f->sizes, json_integer(n));
	free(text);
	return f->text.len > BATCH ? run_batch(f, err) : 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int is_rule(const FTSENT *e)
{
	size_t n = e->fts_namelen;
	return e->fts_info == FTS_F && ((n > 4 && strcmp(e->fts_name + n - 4, ".yml") == 0) ||
	                                (n > 5 && strcmp(e->fts_name + n - 5, ".yaml") == 0));
}

static int find_files(struct rule_files *f, const char *folder, struct err *err)
{
	char *const roots[] = {(char *)(uintptr_t)folder, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
	const FTSENT *e;
	if (!fts)
		return err_set(err, ERR_NOT_FOUND, _("cannot open %s"), folder);
	while ((e = fts_read(fts)) != NULL && f->count <= FILES_MOST) {
		if (!is_rule(e))
			continue;
		if (f->count % 256 == 0)
			f->paths = xrealloc(f->paths, (f->count + 256) * sizeof *f->paths);
		f->paths[f->count++] = xstrdup(e->fts_path);
	}
	fts_close(fts);
	if (f->count > FILES_MOST)
		return err_set(err, ERR_INVALID, _("%s holds more than %u rules: name a folder of fewer"), folder,
		               FILES_MOST);
	return f->count ? 0 : err_set(err, ERR_NOT_FOUND, _("%s has no rules: files that end in .yml"), folder);
}

static struct sigma *sigma_new(size_t rules)
{
	struct sigma *s = xcalloc(1, sizeof *s);
	s->rules = xcalloc(rules, sizeof *s->rules);
	s->atom_hash = xcalloc(SIGMA_HASH, sizeof *s->atom_hash);
	s->name_hash = xcalloc(SIGMA_HASH, sizeof *s->name_hash);
	s->match = pcre2_match_data_create(32, NULL);
	s->match_limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(s->match_limits, 200000); /* a row must not make an expression run for ever */
	sigma_field(s, "-any-", 5);                     /* SIGMA_KEYWORD */
	return s;
}

struct sigma *sigma_load(const char *folder, const struct progress *progress, struct err *err)
{
	struct rule_files f = {.text = BUF_INIT, .progress = progress};
	int rc = find_files(&f, folder, err);
	if (rc == 0) {
		f.s = sigma_new(f.count);
		f.sizes = json_array();
		f.digest = digest_new(0);
		for (size_t i = 0; rc == 0 && i < f.count; i++)
			rc = add_file(&f, f.paths[i], err);
		if (rc == 0)
			rc = run_batch(&f, err);
		struct digest_result result;
		digest_end(f.digest, &result);
		memcpy(f.s->digest, result.sha256, sizeof f.s->digest);
		digest_result_release(&result);
		digest_free(f.digest);
		json_decref(f.sizes);
	}
	for (size_t i = 0; i < f.count; i++)
		free(f.paths[i]);
	free(f.paths);
	buf_release(&f.text);
	if (rc == 0)
		return f.s;
	sigma_free(f.s);
	return NULL;
}
