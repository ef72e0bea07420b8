#include "evidence/image/place.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/json.h"
#include "case/store/meta.h"
#include "case/store/record.h"

#include <string.h>

static const char setting[] = "local.evidence";

static void lies(json_t *record, const char *form, const char *encoded)
{
	int in_parts = strcmp(form, PLACE_PARTS) == 0;
	json_object_set_new(record, "form", json_string(in_parts ? "raw" : form));
	json_object_set_new(record, "copy_path", json_string(encoded));
	if (in_parts) /* that is how a record says that the parts are another tool's */
		json_object_set_new(record, "source_path", json_string(encoded));
}

void evidence_lies(json_t *record, const char *form, const char *path)
{
	struct buf encoded = BUF_INIT;
	pathname_encode(path, &encoded);
	lies(record, form, encoded.data);
	buf_release(&encoded);
}

static json_t *read_places(struct case_file *c)
{
	struct buf text = BUF_INIT;
	json_t *places = case_meta_get(c, setting, &text, NULL) == 0 ? json_parse(text.data, text.len, NULL) : NULL;
	buf_release(&text);
	if (json_is_object(places))
		return places;
	json_decref(places);
	return json_object();
}

int evidence_here(struct case_file *c, json_t *record)
{
	json_t *places = read_places(c);
	const json_t *place = json_object_get(places, record_label(record));
	const char *form = place ? json_get_string(place, "form") : NULL;
	const char *path = place ? json_get_string(place, "path") : NULL;
	if (form && path)
		lies(record, form, path);
	json_decref(places);
	return form && path;
}

int evidence_keep_places(struct case_file *c, const json_t *places, struct err *err)
{
	json_t *all = read_places(c);
	struct buf text = BUF_INIT;
	const char *label;
	json_t *place;
	json_object_foreach((json_t *)(uintptr_t)places, label, place)
		json_object_set(all, label, place);
	int rc = json_canonical(all, &text, err);
	if (rc == 0)
		rc = case_meta_set(c, setting, text.data, err);
	buf_release(&text);
	json_decref(all);
	return rc;
}
