#include "tui/commands/outward/release_request.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/printable.h"

#include <string.h>

struct release_options {
	const struct args *args;
	int redacted;
};

static const char *option_of(const void *options, const char *name)
{
	const struct release_options *a = options;
	if (a->redacted && strcmp(name, "redacted") == 0)
		return args_option(a->args, "internal") ? NULL : "";
	return args_option(a->args, name);
}

int release_request(struct session *s, const struct args *args, const char *path, const char *name, int redacted,
                    const char *variant, shared_write_fn write, struct err *err)
{
	struct release_options asked = {args, redacted};
	struct buf told = BUF_INIT;
	struct format_request request = {
	    .c = s->c, .path = path, .option = option_of, .options = &asked, .progress = &s->progress, .told = &told};
	int rc = shared_export(&request, name, variant, write, err);
	printable_printf(s->log, "%s", told.data);
	if (rc == 0 && *request.label)
		cmd_print_label(s, request.label);
	buf_release(&told);
	return rc;
}
