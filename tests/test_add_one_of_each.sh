#!/usr/bin/env bash
# ctest: slow first
# One of each, added to a copy of the tree by a row and a function: a room with a kind, a parser and a format, a command, a view.
# The copy is built and all of them are used; nothing else of it was changed. CONTRIBUTING.md names this as the example.
set -euo pipefail
source=${GENBA_SOURCE:?source folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/tree

fail() {
	echo "FAIL: $*"
	exit 1
}

mkdir "$copy"
(cd "$source" && tar -cf - --exclude=./build --exclude='./build-*' --exclude=./.git .) | tar -xf - -C "$copy"
cd "$copy"
# letters for labels that no kind has yet
for letters in QB QD QF QG QH; do
	grep -rq "KIND(\"[a-z]*\", \"$letters\"" core --include='kinds_*.c' || break
done

# the picture of the house shows the new rooms
sed -i 's|^   core/outward/   exchange/|& probe/|; s|^   core/finding/   indicator/|& probe/|' ARCHITECTURE.md

# ---- a room, with a kind …
mkdir -p core/finding/probe tests/core/finding/probe
cat >core/finding/probe/kinds_probe.c <<END
/* A probe: something that was put out to see whether it is touched. */
#include "case/kind/kinds_table.h"

static const struct field probe_fields[] = {
    {IS("name", TEXT, "Name", "名称"), REQUIRED, SHORT},
    {IS("asset", REF, "On", "設置先"), TO("asset"), SHORT},
};
static const char *const probe_columns[] = {"name", "asset"};

const struct kind kind_probe = {
	PLACE(1000),
	KIND("probe", "$letters", "Probe", "プローブ"),
	.title_field = "name",
	FIELDS(probe_fields),
	COLUMNS(probe_columns),
};
END
# … a parser …
cat >core/finding/probe/probe.h <<'END'
/* Counts the lines of a foreign text, in the cage. */
#ifndef GENBA_FINDING_PROBE_PROBE_H
#define GENBA_FINDING_PROBE_PROBE_H

#include <stddef.h>

struct err;

/* The number of lines, or -1. */
long probe_lines(const void *bytes, size_t n, struct err *err);

#endif
END
cat >core/finding/probe/probe.c <<'END'
#include "finding/probe/probe.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/worker/worker.h"

static int probe_run(struct worker *w, struct err *err)
{
	char piece[4096];
	json_int_t lines = 0;
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += piece[i] == '\n';
	return n < 0 ? -1 : worker_emit_take(w, json_pack("{s:I}", "lines", lines), err);
}

const struct worker_job probe_job = {.name = "probe-lines", .run = probe_run};

static int probe_line(void *ctx, const json_t *value, struct err *err)
{
	(void)err;
	*(long *)ctx = (long)json_integer_value(json_object_get(value, "lines"));
	return 0;
}

long probe_lines(const void *bytes, size_t n, struct err *err)
{
	long lines = -1;
	struct worker_call call = {
	    .job = "probe-lines", .input = -1, .bytes = bytes, .n = n, .line = probe_line, .ctx = &lines};
	struct worker_result result;
	if (worker_run(&call, &result, err) < 0)
		return -1;
	return result.end == WORKER_DONE ? lines : err_set(err, ERR_INVALID, _("the probe cannot be read"));
}
END
# … and a format, in a room of the floor that formats belong to
mkdir -p core/outward/probe tests/core/outward/probe
cat >core/outward/probe/probe_format.c <<'END'
/* `export probe FILE`: the id of the case. */
#include "base/buf.h"
#include "base/file/paths.h"
#include "case/store/case_file.h"
#include "outward/exchange/format.h"

#include <string.h>

static int probe_write(struct format_request *r, struct err *err)
{
	buf_adds(r->told, "probe written\n");
	return path_write_file(r->path, case_id(r->c), strlen(case_id(r->c)), 0, err);
}

const struct exchange_format probe_format = {.name = "probe", .write = probe_write};
END
cat >tests/core/finding/probe/test_probe.c <<'END'
/* The parser in its cage, and the kind among the kinds. */
#include "base/err.h"
#include "base/worker/worker.h"
#include "case/kind/kinds.h"
#include "finding/probe/probe.h"

#include <assert.h>
#include <stdio.h>

extern const struct worker_job probe_job;

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&probe_job, NULL};
	struct err err = ERR_INIT;
	worker_main(argc, argv, jobs);
	long lines = probe_lines("a\nb\n", 4, &err);
	if (lines != 2 || !kind_find("probe")) {
		fprintf(stderr, "%ld lines: %s\n", lines, err.message);
		return 1;
	}
	return 0;
}
END
cat >tests/core/outward/probe/test_probe_format.c <<'END'
/* The format is found by its name. */
#include "outward/formats.h"

int main(void)
{
	return format_find("probe") && format_find("git") && !format_find("none") ? 0 : 1;
}
END

# ---- a command: a row, its help, a function
def=$(find tui -name command.def)
help=$(find tui -name command_help.def)
commands=$(dirname "$(find tui -name cmd_flow.c)")
cat >>"$def" <<'END'
COMMAND("probe", "TEXT", "", N_("count the lines of a text"), "", "probe", COMMAND_CASE, cmd_probe)
END
cat >>"$help" <<'END'
HELP("probe", N_("Counts the lines of a text, in the cage."), "genba -c site.genba probe text\n", "")
END
cat >"$commands/cmd_probe.c" <<END
/* \`probe\`: lines of a text. */
$(grep -m1 '#include "tui/.*cmd\.h"' "$commands/cmd_flow.c")

#include "base/err.h"
#include "finding/probe/probe.h"

#include <stdio.h>
#include <string.h>

int cmd_probe(struct session *s, const struct args *args, struct err *err)
{
	if (args->count != 1)
		return cmd_usage("probe", err);
	long lines = probe_lines(args->words[0], strlen(args->words[0]), err);
	if (lines >= 0)
		fprintf(s->out, "%ld lines\n", lines);
	return lines < 0 ? -1 : 0;
}
END

# ---- a view: a row and its operations
kinds_view=$(find tui -name view_kinds.c)
views=$(find tui -name views.h)
routes=$(find tui -name routes.c)
cat >"$(dirname "$kinds_view")/view_probe.c" <<END
/* The probe's view: one row. */
$(grep '#include "tui/\(.*/\)\?\(views\|workbench\)\.h"' "$kinds_view")

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	view_add(v, TONE_PLAIN, NULL, "the probe's row");
	return 0;
}

static struct view *open_probe(struct workbench *wb, const char *argument)
{
	return view_new(wb, &probe_view, argument);
}

const struct view_ops probe_view = {.name = "probe", .title = "Probe", .fill = fill, .open = open_probe};
END
sed -i '0,/^extern const struct view_ops/s//extern const struct view_ops probe_view;\n&/' "$views"
sed -i 's/^    {\.name = NULL},/    {.name = "probe", .view = \&probe_view},\n&/' "$routes"

# ---- built, with warnings as errors, and used
export CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER:-$(command -v ccache || true)}
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug >"$work/log" 2>&1 || { tail -20 "$work/log"; fail "the copy cannot be configured"; }
cmake --build build --target genba core_finding_probe_test_probe core_outward_probe_test_probe_format >"$work/log" 2>&1 ||
	{ grep -m20 -A3 'error\|FAILED' "$work/log"; fail "the copy does not build"; }
ctest --test-dir build -R 'probe/test_probe' >"$work/log" 2>&1 || { cat "$work/log"; fail "the room's tests"; }
grep -q '100% tests passed, 0 tests failed out of 2' "$work/log" || { cat "$work/log"; fail "the room's tests were not found"; }

genba=$copy/build/tui/genba
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config HOME=$work
echo "a passphrase for the probe" >"$work/passphrase"
export GENBA_PASSPHRASE_FILE=$work/passphrase
run() {
	"$genba" "$@"
}
run key new --name Probe --mark R1 --kdf interactive >/dev/null || fail "no key"
run new "$work/site.genba" --title Probe --no-recovery >/dev/null || fail "no case"
run -c "$work/site.genba" add probe name=first | grep -q "R1-${letters}1" || fail "the kind cannot be added"
run -c "$work/site.genba" list probe | grep -q first || fail "the kind cannot be listed"
run -c "$work/site.genba" add note text="seen at the probe" "on=R1-${letters}1" >/dev/null || fail "its label is no reference"
run -c "$work/site.genba" set "R1-${letters}1" name=second >/dev/null || fail "its label names no record"
run -c "$work/site.genba" find second | grep -q "R1-${letters}1" || fail "it is not found"
[ "$(run -c "$work/site.genba" print worksheet probe 2 --out "$work/sheets.html" | tr '\n' ' ')" = "R1-${letters}2 R1-${letters}3 " ] || fail "its labels are not kept free"
run -c "$work/site.genba" add probe "label=R1-${letters}3" name=third | grep -q "R1-${letters}3" || fail "a label from paper"
run -c "$work/site.genba" add probe name=fourth | grep -q "R1-${letters}4" || fail "numbers are not counted on"
run -c "$work/site.genba" export csv probe - | grep -q "R1-${letters}4" || fail "it is in no list"
[ "$(run -c "$work/site.genba" probe $'a\nb\n')" = "2 lines" ] || fail "the command or the parser"
run -c "$work/site.genba" export probe "$work/probe" 2>&1 | grep -q 'probe written' || fail "the format"
[ -s "$work/probe" ] || fail "the format wrote nothing"
run help probe | grep -q 'Counts the lines' || fail "the command has no help"
run -c "$work/site.genba" verify >/dev/null || fail "the case does not verify"

# ---- what knows lists of everything says nothing against it, but for texts that nobody has translated yet
po/update
echo 'probe_job none the worked example: it counts lines' >>tests/house/fuzzed
python3 tests/house/check.py . build >"$work/log" || true
! grep 'FAIL.*finding/probe\|FAIL.*outward/probe\|cmd_probe\|view_probe' "$work/log" || { cat "$work/log"; fail "the house does not know what was added"; }
! grep 'has texts to translate' "$work/log" || fail "a text is in no catalogue"
grep -rq 'the probe cannot be read' po/ja/finding.po || fail "the room's text was not collected"
# a room without tests does not pass
rm -r tests/core/finding/probe
! python3 tests/house/check.py . build >"$work/log" || fail "the house passes a room without tests"
grep -q 'core/finding/probe has no tests' "$work/log" || fail "the house does not miss the room's tests"
echo "one of each: added by a row and a function, built and used"
