#include "tui/workbench/prompt_path.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *in_full(const char *path)
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
	if (wanted == PROMPT_PATH_FOLDER && there)
		return S_ISDIR(st.st_mode) ? NULL : _("this is a file, not a folder");
	if (wanted == PROMPT_PATH_NEW && there)
		return _("it is there already, and nothing is overwritten: name a new file");
	return has_folder(path) ? NULL : _("there is no such folder");
}

char *prompt_path(struct workbench *wb, const char *question, enum prompt_path_wanted wanted)
{
	struct prompt_line line = {.question = question};
	char *text = NULL;
	for (;;) {
		int left;
		line.initial = text;
		char *typed = prompt_edit(wb, &line, &left);
		free(text);
		text = NULL;
		if (typed && !left && *typed)
			text = in_full(typed);
		free(typed);
		const char *why = text ? refused(text, wanted) : NULL;
		if (!why)
			return text;
		workbench_tell(wb, TONE_ALARM, "%s: %s", text, why); /* it stays to be mended */
	}
}
