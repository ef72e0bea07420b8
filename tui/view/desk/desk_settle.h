/* A case that is its own register: the call that it came of is settled with the step of the case. */
#ifndef GENBA_TUI_VIEW_DESK_DESK_SETTLE_H
#define GENBA_TUI_VIEW_DESK_DESK_SETTLE_H

struct buf;
struct workbench;

/* After the case went to that stage: asks of the one consultation of its organisation that still waits in it whether it has become
 * this case, since nothing else would answer it, and puts that on record. What came of it is appended to
 * `said`. 0; -1: it could not be put on record. */
int desk_settle_asked(struct workbench *wb, const char *stage, struct buf *said);

#endif
