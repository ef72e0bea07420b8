/* Sets of observations in a parcel, as a hostile colleague may send them: the section as a whole against a case, and blocks whose
 * digest nobody asks for, so that the rows in them are reached. Nothing is kept. */
#include "finding/observation/observation_parcel.c"

#include "case/case.h"

#include "base/secret.h"
#include "case/database/room_tables.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The case stays open to the end, in memory that a look for leaks does not see. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static struct case_file *open_case(void)
{
	static struct case_file *c;
	static char folder[] = "/tmp/genba-fuzz-XXXXXX";
	char path[64];
	struct err err = ERR_INIT;
	if (c)
		return c;
	if (__lsan_disable)
		__lsan_disable();
	if (secret_setup(&err) < 0 || !mkdtemp(folder))
		abort();
	setenv("XDG_DATA_HOME", folder, 1);
	struct case_new spec = {.title = "Fuzz", .owner = identity_ephemeral("Responder One", "R1")};
	snprintf(path, sizeof path, "%s/a.genba", folder);
	c = case_create(path, &spec, &err);
	if (!c || room_table_make(case_db(c), "observation_set", &err) < 0 ||
	    room_table_make(case_db(c), "observation_block", &err) < 0)
		abort();
	if (__lsan_enable)
		__lsan_enable();
	snprintf(path, sizeof path, "rm -rf %s", folder); /* it stays open */
	return system(path) == 0 ? c : NULL;
}

static void check_blocks(const unsigned char *data, size_t size)
{
	struct parcel_taking t = {.at = data, .end = data + size, .blocks = BUF_INIT};
	struct digest *d = digest_new(0);
	struct digest_result result;
	struct err why = ERR_INIT;
	t.set = (struct observation_set){.blocks = 3, .first = INT64_MAX, .last = INT64_MIN};
	t.when = INT64_MIN;
	t.spans = xcalloc(4, sizeof *t.spans);
	if (take_blocks(&t, d, &why) == 0 && (t.spans[0].rows + t.spans[1].rows + t.spans[2].rows != t.set.rows ||
	                                      t.blocks.len != 3 * (size_t)OBSERVATION_BLOCK))
		abort();
	digest_end(d, &result);
	digest_result_release(&result);
	digest_free(d);
	free(t.spans);
	buf_release(&t.blocks);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct case_file *c = open_case();
	struct err err = ERR_INIT;
	struct parcel_arrival came = {.bytes = data, .n = size, .path = "/nowhere/a.delta", .notes = json_array()};
	struct action *a = action_begin(c, "merge", &err);
	if (!a)
		abort();
	if (observation_parcel_take(c, &came, &err) < 0 && !err.code)
		abort();
	size_t i;
	json_t *note;
	json_array_foreach(came.notes, i, note)
		if (!json_is_string(note))
			abort();
	action_cancel(a);
	json_decref(came.notes);
	check_blocks(data, size);
	return 0;
}
