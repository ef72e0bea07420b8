/* export csv: records of a kind as a list. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "outward/exchange/csv.h"
#include "outward/exchange/csv_import.h"

#include <string.h>

static int write_list(struct session *s, const char *path, const struct buf *text, enum csv_encoding encoding,
                      struct err *err)
{
	size_t lacking = 0;
	struct buf bytes = BUF_INIT;
	int rc = csv_encode(text->data, text->len, encoding, &bytes, &lacking, err);
	if (rc == 0 && strcmp(path, "-") == 0)
		fwrite(bytes.data, 1, bytes.len, s->out);
	else if (rc == 0)
		rc = path_write_file(path, bytes.data, bytes.len, 0, err);
	if (rc == 0 && lacking)
		printable_printf(s->log, _("%zu characters do not exist in %s and are written as U+XXXX\n"), lacking,
		                 csv_encoding_name(encoding));
	buf_release(&bytes);
	return rc;
}

int cmd_export_csv(struct session *s, const struct args *args, struct err *err)
{
	enum csv_encoding encoding = CSV_UTF8;
	size_t count = 0;
	struct buf text = BUF_INIT;
	struct filter *filter = NULL;
	const struct kind *kind = cmd_kind(args->words[1], err);
	const char *where = args_option(args, "where");
	const char *name = args_option(args, "encoding");
	if (!kind || (name && csv_encoding_find(name, &encoding, err) < 0))
		return -1;
	if (encoding == CSV_AUTO)
		encoding = CSV_UTF8;
	if (where && !(filter = filter_parse(kind, where, err)))
		return -1;
	if (filter)
		filter_resolve_with(filter, timeline_resolve, s->c);
	int rc = csv_export(s->c, kind, filter, &text, &count, err);
	if (rc == 0)
		rc = write_list(s, args->words[2], &text, encoding, err);
	if (rc == 0)
		printable_printf(s->log, P_("%zu record written\n", "%zu records written\n", count), count);
	filter_free(filter);
	buf_release(&text);
	return rc;
}
