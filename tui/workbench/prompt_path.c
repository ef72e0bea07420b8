#include "tui/workbench/prompt_path.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command/complete_edit.h"
#include "tui/workbench/workbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *prompt_path_in_full(const char *path)
{
	const char *home = getenv("HOME");
	return strncmp(path, "~/", 2) == 0 && home ? xasprintf("%s/%s", home, path + 2) : xstrdup(path);
}

static int is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int has_folder(const char *path)
{
	char *parent = xstrdup(path);
	char *slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	int has = !slash || is_folder(parent);
	free(parent);
	return has;
}

/* Why it cannot be that, or NULL. */
static const char *refused(const char *path, enum prompt_path_wanted wanted)
{
	struct stat st;
	int there = stat(path, &st) == 0;
	if (wanted == PROMPT_PATH_THERE)
		return there ? NULL : _("there is no such file");
	if (wanted == PROMPT_PATH_FOLDER_THERE && !there)
		return _("there is no such folder");
	if (wanted == PROMPT_PATH_FOLDER_OR_NONE || wanted == PROMPT_PATH_FOLDER_THERE)
		wanted = PROMPT_PATH_FOLDER;
	if (wanted == PROMPT_PATH_FOLDER && there)
		return S_ISDIR(st.st_mode) ? NULL : _("this is a file, not a folder");
	if (wanted == PROMPT_PATH_NEW && there)
		return _("it is there already, and nothing is overwritten: name a new file");
	return has_folder(path) ? NULL : _("there is no such folder");
}

int prompt_path_check(void *wanted, const char *path, struct err *err)
{
	enum prompt_path_wanted w = *(enum prompt_path_wanted *)wanted;
	if (!*path)
		return w == PROMPT_PATH_FOLDER_OR_NONE
		           ? 0
		           : err_set(err, ERR_USAGE, "%s", _("type a path: Tab completes it; Esc leaves"));
	char *whole = prompt_path_in_full(path);
	const char *why = refused(whole, w);
	int rc = why ? err_set(err, ERR_USAGE, "%s: %s", whole, why) : 0;
	free(whole);
	return rc;
}

void prompt_path_complete(void *wanted, const char *front, struct candidates *c)
{
	enum prompt_path_wanted w = *(enum prompt_path_wanted *)wanted;
	complete_path(front, w != PROMPT_PATH_THERE && w != PROMPT_PATH_NEW, c);
}

char *prompt_path_ask(struct workbench *wb, const struct prompt_path *p)
{
	enum prompt_path_wanted wanted = p->wanted;
	struct prompt_line line = {.question = p->question,
	                           .initial = p->initial,
	                           .offered = p->offered,
	                           .complete = prompt_path_complete,
	                           .check = prompt_path_check,
	                           .ctx = &wanted};
	int left;
	char *typed = prompt_edit(wb, &line, &left);
	char *path = left ? NULL : prompt_path_in_full(typed);
	free(typed);
	return path;
}

char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted)
{
	struct prompt_path p = {.question = question, .wanted = wanted};
	return prompt_path_ask(wb, &p);
}

char *prompt_path_suggest(struct workbench *wb, const char *what, const char *ending)
{
	static const char own[] = ".genba";
	const char *path = case_path(workbench_case(wb));
	size_t n = strlen(path);
	struct stat st;
	if (n > sizeof own && strcmp(path + n - (sizeof own - 1), own) == 0)
		n -= sizeof own - 1;
	char *name = NULL;
	for (int i = 1; !name || (i < 1000 && lstat(name, &st) == 0); i++) {
		char number[16] = "";
		if (i > 1)
			snprintf(number, sizeof number, "-%d", i);
		free(name);
		name = xasprintf("%.*s-%s%s%s%s", (int)n, path, what, number, ending ? "." : "", ending ? ending : "");
	}
	return name;
}

char *prompt_path_new(struct workbench *wb, const char *question, const char *initial, const char *what,
                      const char *ending)
{
	char *name = prompt_path_suggest(wb, what, ending);
	struct prompt_path p = {.question = question, .initial = initial, .offered = name, .wanted = PROMPT_PATH_NEW};
	char *path = prompt_path_ask(wb, &p);
	free(name);
	return path;
}

char *prompt_path_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return printable_dup(slash ? slash + 1 : path);
}
