/* `export csv KIND FILE`: the records of a kind, or those that --where finds, as a list. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "case/kind/kinds.h"
#include "case/query/filter.h"
#include "case/query/timeline.h"
#include "outward/exchange/csv.h"
#include "outward/exchange/csv_import.h"
#include "outward/exchange/format.h"

#include <string.h>

static int csv_write_list(struct format_request *r, const struct buf *text, enum csv_encoding encoding, struct err *err)
{
	size_t lacking = 0;
	struct buf bytes = BUF_INIT;
	int rc = csv_encode(text->data, text->len, encoding, &bytes, &lacking, err);
	if (rc == 0 && strcmp(r->path, "-") == 0)
		buf_add(r->out, bytes.data, bytes.len);
	else if (rc == 0)
		rc = path_write_file(r->path, bytes.data, bytes.len, 0, err);
	if (rc == 0 && lacking)
		buf_addf(r->told,
		         P_("%zu character does not exist in %s and is written as U+XXXX\n",
		            "%zu characters do not exist in %s and are written as U+XXXX\n",
		            (unsigned long long)lacking),
		         lacking, csv_encoding_name(encoding));
	buf_release(&bytes);
	return rc;
}

static int csv_write(struct format_request *r, struct err *err)
{
	enum csv_encoding encoding = CSV_UTF8;
	size_t count = 0;
	struct buf text = BUF_INIT;
	struct filter *filter = NULL;
	const struct kind *kind = kind_named(r->words[0], err);
	const char *where = format_option(r, "where");
	const char *name = format_option(r, "encoding");
	if (!kind || (name && csv_encoding_find(name, &encoding, err) < 0))
		return -1;
	if (encoding == CSV_AUTO)
		encoding = CSV_UTF8;
	if (where && !(filter = filter_parse(kind, where, err)))
		return -1;
	if (filter)
		filter_resolve_with(filter, timeline_resolve, r->c);
	int rc = csv_export(r->c, kind, filter, &text, &count, err);
	if (rc == 0)
		rc = csv_write_list(r, &text, encoding, err);
	if (rc == 0)
		buf_addf(r->told, P_("%zu record written\n", "%zu records written\n", count), count);
	filter_free(filter);
	buf_release(&text);
	return rc;
}

const struct exchange_format csv_format = {.name = "csv", .ending = "csv", .words = 1, .write = csv_write};
