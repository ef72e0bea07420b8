#include "tui/session/remote_helper.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char helper_name[] = "git-remote-genba";

int remote_helper_is(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	return program && strcmp(slash ? slash + 1 : program, helper_name) == 0;
}

/* Where git keeps the objects of the repository that asks; the caller frees. */
static char *objects_folder(struct err *err)
{
	const char *objects = getenv("GIT_OBJECT_DIRECTORY");
	const char *git_dir = getenv("GIT_DIR");
	if (objects && *objects)
		return xstrdup(objects);
	if (!git_dir || !*git_dir) {
		err_set(err, ERR_USAGE, _("%s is started by git: git clone genba::/path/site.genba"), helper_name);
		return NULL;
	}
	/* a linked work tree has its objects elsewhere */
	struct buf common = BUF_INIT;
	char *pointer = xasprintf("%s/commondir", git_dir);
	char *folder;
	if (access(pointer, R_OK) == 0 && buf_read_file(&common, pointer, 4096, NULL) == 0) {
		buf_truncate(&common, strcspn(common.data, "\n"));
		folder = *common.data == '/' ? xasprintf("%s/objects", common.data)
		                             : xasprintf("%s/%s/objects", git_dir, common.data);
	} else {
		folder = xasprintf("%s/objects", git_dir);
	}
	free(pointer);
	buf_release(&common);
	return folder;
}

static int remote_helper_answer(const char *text, struct err *err)
{
	if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
		return err_set(err, ERR_FAILED, _("cannot write to git"));
	return 0;
}

static int list(struct session *s, struct err *err)
{
	char head[HISTORY_ID];
	if (session_open(s, err) < 0 || history_head(case_history(s->c), head, err) < 0)
		return -1;
	char *lines = xasprintf("%s refs/heads/main\n@refs/heads/main HEAD\n\n", head);
	int rc = remote_helper_answer(lines, err);
	free(lines);
	return rc;
}

static int fetch(struct session *s, struct err *err)
{
	char *objects = objects_folder(err);
	int rc = objects ? session_open(s, err) : -1;
	if (rc == 0)
		rc = history_send(case_history(s->c), objects, &s->progress, err);
	free(objects);
	return rc == 0 ? remote_helper_answer("\n", err) : -1;
}

/* 1: the conversation goes on, 0: git has ended it, -1. */
static int remote_helper_serve(struct session *s, const char *line, int *fetching, struct err *err)
{
	if (strncmp(line, "fetch ", 6) == 0) {
		*fetching =
		    1; /* a block of such lines ends with an empty one; there is one branch, and all of it is sent */
		return 1;
	}
	if (!*line) {
		int asked = *fetching;
		*fetching = 0;
		return asked ? (fetch(s, err) < 0 ? -1 : 1) : 0;
	}
	if (strcmp(line, "capabilities") == 0)
		return remote_helper_answer("fetch\noption\n\n", err) < 0 ? -1 : 1;
	if (strncmp(line, "option verbosity ", 17) == 0 || strncmp(line, "option progress ", 16) == 0)
		return remote_helper_answer("ok\n", err) < 0 ? -1 : 1;
	if (strncmp(line, "option ", 7) == 0)
		return remote_helper_answer("unsupported\n", err) < 0 ? -1 : 1;
	if (strcmp(line, "list") == 0)
		return list(s, err) < 0 ? -1 : 1;
	if (strncmp(line, "list ", 5) == 0)
		return err_set(err, ERR_USAGE, _("nothing can be pushed into a case: it is changed by genba only"));
	return err_set(err, ERR_USAGE, _("git asks for something unknown: '%s'"), line);
}

int remote_helper_run(struct session *s, int count, char **words, struct err *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 1;
	int fetching = 0;
	if (count < 2)
		return err_set(err, ERR_USAGE, _("%s is started by git: git clone genba::/path/site.genba"),
		               helper_name);
	const char *path = words[1];
	if (strncmp(path, "genba::", 7) == 0)
		path += 7;
	else if (strncmp(path, "genba://", 8) == 0)
		path += 8;
	free(s->path);
	s->path = xstrdup(path);
	s->read_only = 1;
	while (rc == 1 && (n = getline(&line, &cap, stdin)) >= 0) {
		while (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		rc = remote_helper_serve(s, line, &fetching, err);
	}
	free(line);
	return rc < 0 ? -1 : 0;
}
