#include "finding/triage/registry/registry.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "finding/triage/parse/whole.h"
#include "finding/triage/registry/registry_private.h"

#include <stdlib.h>
#include <string.h>

#define HIVE_LARGEST (400U << 20)
#define DEEPEST      512
#define KEY_LONGEST  8192U
#define VALUES_TEXT  4096U
#define VALUE_TEXT   512U

static const struct {
	const char *file;
	const char *root;
} roots[] = {
    {"SYSTEM", "HKLM\\SYSTEM"},
    {"SOFTWARE", "HKLM\\SOFTWARE"},
    {"SAM", "HKLM\\SAM"},
    {"SECURITY", "HKLM\\SECURITY"},
    {"COMPONENTS", "HKLM\\COMPONENTS"},
    {"DRIVERS", "HKLM\\DRIVERS"},
    {"DEFAULT", "HKU\\.DEFAULT"},
    {"NTUSER.DAT", "HKCU"},
    {"UsrClass.dat", "HKCU\\Software\\Classes"},
    {"Amcache.hve", "Amcache"},
    {"BCD", "HKLM\\BCD00000000"},
};

static const char *last_of(const char *path, char sign)
{
	const char *slash = strrchr(path, sign);
	return slash ? slash + 1 : path;
}

static const char *root_of(const char *name)
{
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (strcasecmp(name, roots[i].file) == 0)
			return roots[i].root;
	return NULL;
}

int registry_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *name = last_of(path, '/');
	if (n >= 4)
		return memcmp(head, "regf", 4) == 0 && !triage_path_ends(path, ".LOG1") &&
		       !triage_path_ends(path, ".LOG2") && !triage_path_ends(path, ".LOG");
	/* in an image, by its place */
	return root_of(name) && (strchr(name, '.') || triage_path_has(path, "/config/"));
}

const struct registry_value *registry_find(const struct registry_walk *w, const char *name)
{
	for (size_t i = 0; i < w->value_count; i++)
		if (strcasecmp(w->values[i].name, name) == 0)
			return &w->values[i];
	return NULL;
}

void registry_text(const struct registry_value *v, struct buf *out)
{
	size_t end;
	switch (v->type) {
	case 1: /* REG_SZ, REG_EXPAND_SZ, REG_LINK */
	case 2:
	case 6:
		triage_utf16(out, v->data, v->n);
		return;
	case 7: /* REG_MULTI_SZ; one that is empty is no end: names to be deleted at the next start stand before one */
		end = v->n & ~(size_t)1;
		while (end >= 2 && bytes_le16(v->data + end - 2) == 0)
			end -= 2;
		for (size_t at = 0; at < end; at += 2) {
			if (at > 0)
				buf_adds(out, " | ");
			triage_utf16(out, v->data + at, end - at);
			while (at < end && bytes_le16(v->data + at))
				at += 2;
		}
		return;
	case 4: /* REG_DWORD */
		if (v->n >= 4) {
			buf_addf(out, "%u", bytes_le32(v->data));
			return;
		}
		break;
	case 11: /* REG_QWORD */
		if (v->n >= 8) {
			buf_addf(out, "%llu", (unsigned long long)bytes_le64(v->data));
			return;
		}
		break;
	default:
		break;
	}
	buf_addhex(out, v->data, v->n < VALUE_TEXT / 2 ? v->n : VALUE_TEXT / 2);
}

int registry_row(struct registry_walk *w, unsigned artefact, int64_t when, unsigned time_of, const struct buf *fields,
                 struct err *err)
{
	struct buf all = BUF_INIT;
	observation_field(&all, "hive", w->root);
	observation_field(&all, "key", w->key); /* left out of a value alone */
	if (*w->user)
		observation_field(&all, "user", w->user);
	buf_add(&all, fields->data, fields->len);
	struct observation o = {.when = when,
	                        .offset = 4096 + (uint64_t)w->cell.offset,
	                        .ordinal = w->ordinal++,
	                        .time_of = (uint16_t)time_of,
	                        .artefact = (uint8_t)artefact,
	                        .clock = when == OBSERVATION_NO_TIME ? (uint8_t)OBSERVATION_CLOCK_unknown
	                                                             : (uint8_t)OBSERVATION_CLOCK_utc,
	                        .flags = w->flags,
	                        .fields = all.data,
	                        .fields_size = all.len};
	int rc = triage_row(w->out, &o, err);
	buf_release(&all);
	return rc;
}

void registry_value_set(struct registry_value *v, const struct buf *name, uint32_t type, const struct buf *data)
{
	*v = (struct registry_value){
	    .name = xstrndup(name->data ? name->data : "", name->len), .type = type, .n = data->len};
	v->data = xcalloc(1, data->len + 8);
	if (data->len)
		memcpy(v->data, data->data, data->len);
}

void registry_values_free(struct registry_walk *w)
{
	for (size_t i = 0; i < w->value_count; i++) {
		free(w->values[i].name);
		free(w->values[i].data);
	}
	w->value_count = 0;
}

static void read_values(struct registry_walk *w)
{
	struct buf name = BUF_INIT;
	struct buf data = BUF_INIT;
	int bad = 0;
	int told = 0;
	for (uint32_t i = 0; i < w->cell.values && i < REGISTRY_VALUES && bad < 16; i++) {
		struct hive_value value;
		buf_clear(&name);
		if (hive_value(&w->hive, &w->cell, i, &value, &name, &data) < 0) {
			if (bad++ == 0)
				triage_problem(w->out, 4096 + (uint64_t)w->cell.offset,
				               _("a value of the key %.*s is damaged"), text_cut(w->key, 200), w->key);
			continue;
		}
		if (value.cut && !told++)
			triage_problem(w->out, 4096 + (uint64_t)w->cell.offset,
			               _("the data of the value %.*s of the key %.*s are not whole"),
			               text_cut(name.data, 100), name.data, text_cut(w->key, 200), w->key);
		registry_value_set(&w->values[w->value_count++], &name, value.type, &data);
	}
	if (bad == 16 || (bad == 0 && w->cell.values > REGISTRY_VALUES))
		triage_problem(w->out, 4096 + (uint64_t)w->cell.offset,
		               _("the key %.*s says that it has %u values: the rest of them are not read"),
		               text_cut(w->key, 200), w->key, w->cell.values);
	buf_release(&name);
	buf_release(&data);
}

void registry_values_text(const struct registry_walk *w, struct buf *out)
{
	size_t i = 0;
	for (; i < w->value_count && out->len < VALUES_TEXT; i++) {
		buf_addf(out, "%s%s=", i ? "\n" : "", *w->values[i].name ? w->values[i].name : "@");
		size_t begin = out->len;
		registry_text(&w->values[i], out);
		if (out->len - begin > VALUE_TEXT) {
			size_t n = begin + VALUE_TEXT;
			while (n > begin && ((unsigned char)out->data[n] & 0xC0) == 0x80)
				n--;
			buf_truncate(out, n);
			buf_adds(out, "…");
		}
	}
	if (i < w->value_count)
		buf_addf(out, "\n… (%zu more)", w->value_count - i);
}

int registry_key(struct registry_walk *w, struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	registry_values_text(w, &text);
	observation_field_number(&fields, "value_count", (int64_t)w->cell.values);
	observation_field_n(&fields, "values", text.data, text.len);
	w->ordinal = 0;
	int rc = registry_row(w, OBSERVATION_registry_key, observation_from_filetime(w->cell.written),
	                      OBSERVATION_TIME_written, &fields, err);
	buf_release(&text);
	buf_release(&fields);
	return rc == 0 ? registry_known(w, err) : rc;
}

static int walk_key(struct registry_walk *w, uint32_t offset, struct buf *path, int deep, struct err *err)
{
	struct buf name = BUF_INIT;
	struct hive_key cell;
	size_t before = path->len;
	int damaged = 0;
	size_t count = 0;
	if (hive_key(&w->hive, offset, &cell, &name) < 0) {
		triage_problem(w->out, 4096 + (uint64_t)offset, _("a key below %.*s is damaged"),
		               text_cut(path->data, 200), path->data);
		buf_release(&name);
		return 0;
	}
	if (deep > 0) {
		buf_addf(path, "%s", before ? "\\" : "");
		buf_add(path, name.data, name.len);
	}
	buf_release(&name);
	w->key = path->data;
	w->cell = cell;
	w->keys++;
	read_values(w);
	int rc = deep > 0 ? registry_key(w, err) : 0;
	if (w->recover)
		registry_remember(w);
	registry_values_free(w);
	uint32_t *below = hive_subkeys(&w->hive, &cell, &count, &damaged);
	if (damaged || deep > DEEPEST || path->len > KEY_LONGEST)
		triage_problem(w->out, 4096 + (uint64_t)offset, _("not all keys below %.*s can be read"),
		               text_cut(path->data, 200), path->data);
	for (size_t i = 0; rc == 0 && i < count && deep <= DEEPEST && path->len <= KEY_LONGEST; i++)
		rc = walk_key(w, below[i], path, deep + 1, err);
	free(below);
	buf_truncate(path, before);
	return rc;
}

static const struct triage_beside *beside(const struct triage_file *f, const char *suffix)
{
	for (size_t i = 0; i < f->beside_count; i++)
		if (strcasecmp(f->beside[i].suffix, suffix) == 0)
			return &f->beside[i];
	return NULL;
}

static void apply_logs(struct registry_walk *w, const struct triage_file *f)
{
	const struct triage_beside *one = beside(f, ".LOG1");
	const struct triage_beside *two = beside(f, ".LOG2");
	unsigned applied =
	    hive_apply(&w->hive, one ? one->bytes : NULL, one ? one->n : 0, two ? two->bytes : NULL, two ? two->n : 0);
	if (w->hive.bad_header)
		triage_problem(w->out, 0, _("the header of the hive does not fit its checksum"));
	if (w->hive.dirty && !one && !two)
		triage_problem(w->out, 0,
		               _("the hive was not closed, and its logs (.LOG1, .LOG2) are not there: its last changes "
		                 "are missing"));
	if (w->hive.log_is_full)
		triage_problem(w->out, 0,
		               _("its logs (.LOG1, .LOG2) hold more entries than are applied: its last changes may be "
		                 "missing"));
	if (w->hive.log_is_damaged)
		triage_problem(w->out, 0,
		               _("an entry of its logs (.LOG1, .LOG2) does not fit its checksum: the changes in it and "
		                 "behind it are missing"));
	triage_fact(w->out, "log_entries", json_integer((json_int_t)applied));
}

int registry_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	struct registry_walk w = {.out = out, .recover = f->recover};
	size_t n;
	unsigned char *bytes = triage_whole(f, HIVE_LARGEST, &n, err);
	if (!bytes)
		return -1;
	if (hive_open(&w.hive, bytes, n) < 0) {
		free(bytes);
		return err_set(err, ERR_INVALID, _("it is no registry hive"));
	}
	free(bytes);
	const char *named = root_of(last_of(f->path, '/'));
	const char *inner = root_of(last_of(w.hive.name, '\\'));
	w.root = named ? named : inner ? inner : last_of(f->path, '/');
	triage_path_user(f->path, w.user);
	if (strncmp(w.root, "HKCU", 4) != 0)
		*w.user = '\0';
	apply_logs(&w, f);
	w.values = xcalloc(REGISTRY_VALUES, sizeof *w.values);
	struct buf path = BUF_INIT;
	if (w.recover)
		hive_watch(&w.hive);
	int rc = walk_key(&w, w.hive.root, &path, 0, err);
	if (rc == 0 && w.recover)
		rc = registry_recover(&w, err);
	triage_fact(out, "hive", json_string(w.root));
	triage_fact(out, "keys", json_integer((json_int_t)w.keys));
	buf_release(&path);
	free(w.values);
	free(w.live);
	hive_close(&w.hive);
	return rc;
}
