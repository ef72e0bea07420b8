#include "case/query/record_named.h"

#include "case/store/case_internal.h"

#include <stdio.h>
#include <string.h>

static int one_of(sqlite3_stmt *s, char id[37])
{
	int found = 0;
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		snprintf(id, 37, "%s", (const char *)sqlite3_column_text(s, 0));
		found++;
	}
	sqlite3_finalize(s);
	return found;
}

/* A name, and not the beginning of a text. */
static int is_named(const struct kind *kind)
{
	const char *title = kind->title_field;
	return title && (strcmp(title, "name") == 0 || strcmp(title, "hostname") == 0);
}

static int find_host(struct case_file *c, const struct kind *kind, const char *text, char id[37])
{
	int found = one_of(case_prepare(c, NULL,
	                                "SELECT id FROM record WHERE kind = ?1 AND NOT retracted AND name = ?2 "
	                                "COLLATE NOCASE LIMIT 2",
	                                "tt", kind->name, text),
	                   id);
	if (found)
		return found;
	return one_of(
	    case_prepare(c, NULL,
	                 "SELECT id FROM record WHERE kind = ?1 AND NOT retracted AND instr(',' || "
	                 "replace(json_extract(json, '$.addresses'), ' ', '') || ',', ',' || ?2 || ',') LIMIT 2",
	                 "tt", kind->name, text),
	    id);
}

int record_find_named(struct case_file *c, const struct kind *kind, const char *text, char id[37])
{
	int found = 0;
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *one = kind_at(i);
		if (kind == one || (!kind && is_named(one)))
			found += record_find_by_title(c, one, text, id);
	}
	for (size_t i = 0; found == 0 && i < kind_count(); i++)
		if ((kind_at(i)->traits & KIND_ASSET) && (!kind || kind == kind_at(i)))
			found = find_host(c, kind_at(i), text, id);
	return found > 1 ? 2 : found;
}
