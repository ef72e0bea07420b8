/*
 * A file of a commit that came, against itself as it was before. What is
 * believed must be a record with id, kind, label and time, at its own path.
 */
#include "handover/merge/merge_validate.h"

#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	buf_add(&text, data, size);
	json_t *object = json_parse(text.data, text.len, NULL);
	const char *kind = json_get_string(object, "kind");
	const char *id = json_get_string(object, "id");
	if (kind && id && strlen(id) == 36)
		record_path(kind, id, &path);
	else
		buf_adds(&path, "asset/x/y/z/id.json");
	json_t *named = json_object();
	int rc = merge_validate_file(named, path.data, &text, NULL, &err);
	if (rc == 0) {
		must(kind && id && json_get_string(object, "label") && json_get_string(object, "modified"));
		must(merge_validate_file(NULL, path.data, &text, &text, &err) == 0); /* unchanged is as good */
		must(merge_validate_file(NULL, path.data, NULL, &text, &err) < 0);
	} else {
		must(err.code != 0);
	}
	json_decref(named);
	json_decref(object);
	buf_release(&text);
	buf_release(&path);
	return 0;
}
