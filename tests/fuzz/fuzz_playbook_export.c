/*
 * Export and its way back (export.c, restore.c): whatever loads must export to
 * strict JSON that loads, to the same playbook. The first byte chooses what the
 * file is called.
 */
#include "base/buf.h"
#include "base/err.h"
#include "playbook/load/export.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int holds, const char *what, const char *text)
{
	if (holds)
		return;
	fprintf(stderr, "playbook export: %s\n%s\n", what, text);
	abort();
}

static void export(const struct playbook *p, struct buf *text)
{
	json_t *lost = json_array();
	json_t *strict = playbook_export(p, lost);
	must(strict != NULL, "nothing was exported", "");
	playbook_export_text(strict, text);
	json_decref(strict);
	json_decref(lost);
}

static void there_and_back(const struct playbook *p)
{
	struct err err = ERR_INIT;
	struct buf first = BUF_INIT;
	export(p, &first);
	struct playbook *again =
	    first.len <= PLAYBOOK_LIMIT ? playbook_load("export.json", first.data, first.len, &err) : NULL;
	must(again || first.len > PLAYBOOK_LIMIT, err.message, first.data);
	if (again) {
		must(json_equal(p->tree, again->tree), "what comes back is another playbook", first.data);
	}
	playbook_free(again);
	buf_release(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = {"x.yaml", "x.json", "x"};
	struct err err = ERR_INIT;
	if (n == 0)
		return 0;
	struct playbook *p = playbook_load(names[data[0] % 3], (const char *)data + 1, n - 1, &err);
	if (p)
		there_and_back(p);
	playbook_free(p);
	return 0;
}
