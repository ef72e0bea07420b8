#include "tui/workbench/prompt_path.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "tui/workbench/workbench.h"

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
	if (wanted == PROMPT_PATH_FOLDER_OR_NONE)
		wanted = PROMPT_PATH_FOLDER;
	if (wanted == PROMPT_PATH_FOLDER && there)
		return S_ISDIR(st.st_mode) ? NULL : _("this is a file, not a folder");
	if (wanted == PROMPT_PATH_NEW && there)
		return _("it is there already, and nothing is overwritten: name a new file");
	return has_folder(path) ? NULL : _("there is no such folder");
}

int prompt_path_check(void *wanted, const char *path, struct err *err)
{
	char *whole = prompt_path_in_full(path);
	const char *why = *path ? refused(whole, *(enum prompt_path_wanted *)wanted) : NULL;
	int rc = why ? err_set(err, ERR_USAGE, "%s: %s", whole, why) : 0;
	free(whole);
	return rc;
}

char *prompt_path_from(struct workbench *wb, const char *question, const char *initial, enum prompt_path_wanted wanted)
{
	struct prompt_line line = {
	    .question = question, .initial = initial, .check = prompt_path_check, .ctx = &wanted};
	int left;
	char *typed = prompt_edit(wb, &line, &left);
	char *path = !left && (*typed || wanted == PROMPT_PATH_FOLDER_OR_NONE) ? prompt_path_in_full(typed) : NULL;
	free(typed);
	return path;
}

char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted)
{
	return prompt_path_from(wb, question, NULL, wanted);
}
