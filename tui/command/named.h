/* Records by what they are called: where a label is typed, and where a change is told. */
#ifndef GENBA_TUI_COMMAND_NAMED_H
#define GENBA_TUI_COMMAND_NAMED_H

#include "case/action/changes.h"
#include "case/query/title_cache.h"
#include "tui/session/session.h"

/*
 * The label of the record that is meant: by label, or by a host name, address or name that is one record's; then it is in `label`.
 * What names none stays as it is typed, to be refused by whoever takes it; what names several is refused here: NULL.
 */
const char *named_record(struct session *s, const char *text, char label[LABEL_TEXT], struct err *err);

/* What a change says of its field before it, or `after` it, references with labels and names; "" where it was unset. The caller
 * frees. */
char *named_change(struct title_cache **names, struct case_file *c, const struct record_change *change, int after);

#endif
