/* Records of one kind as CSV. */
#include "base/buf.h"
#include "base/json.h"
#include "case/query/filter.h"
#include "outward/exchange/csv_import.h"

struct csv_export_exporting {
	const struct kind *kind;
	const struct filter *filter;
	struct buf *out;
	size_t count;
};

static int export_one(void *ctx, json_t *record)
{
	struct csv_export_exporting *e = ctx;
	if (e->filter && !filter_match(e->filter, record))
		return 0;
	csv_value(e->out, json_object_get(record, "label"), 1);
	for (size_t i = 0; i < kind_field_count(e->kind); i++) {
		const struct field *field = kind_field_at(e->kind, i);
		if (field->type != FIELD_SECRET)
			csv_value(e->out, json_object_get(record, field->name), 0);
	}
	csv_value(e->out, json_object_get(record, "disputed"), 0);
	buf_adds(e->out, "\r\n");
	e->count++;
	return 0;
}

int csv_export(struct case_file *c, const struct kind *kind, const struct filter *filter, struct buf *out,
               size_t *count, struct err *err)
{
	struct csv_export_exporting e = {kind, filter, out, 0};
	csv_cell(out, "label", 1);
	for (size_t i = 0; i < kind_field_count(kind); i++)
		if (kind_field_at(kind, i)->type != FIELD_SECRET)
			csv_cell(out, kind_field_at(kind, i)->name, 0);
	csv_cell(out, "disputed", 0);
	buf_adds(out, "\r\n");
	int rc = record_each(c, kind->name, 0, export_one, &e, err);
	*count = e.count;
	return rc < 0 ? -1 : 0;
}
