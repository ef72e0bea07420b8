/*
 * What a command prints for a caller that may not read on: a pager at its first page, a pipe into something slow.
 *
 * The command writes into a pipe; a thread takes what is there into memory and
 * hands it on as fast as the caller reads. So the command comes to its end, and
 * the next one begins, while the caller still reads. A caller that is gone ends
 * the pipe: the command sees that as it would without.
 *
 *     struct output_pump *pumps[2];
 *     output_pump_both(callers, wake, pumps, fds, err);
 *     dup2(fds[0], STDOUT_FILENO); dup2(fds[1], STDERR_FILENO); …the command…
 *     output_pump_end(pumps[0]);                                   no more will come
 *     …output_pump_is_done(pumps[0]): `wake` was written to…
 *     int lost = output_pump_free(pumps[0]);                       1: not all of it was read
 *
 * Up to OUTPUT_PUMP_LIMIT bytes wait in memory; then the command waits too.
 */
#ifndef GENBA_TUI_COMMAND_OUTPUT_PUMP_H
#define GENBA_TUI_COMMAND_OUTPUT_PUMP_H

#include <stddef.h>

struct err;
struct output_pump;

#define OUTPUT_PUMP_LIMIT ((size_t)256 << 20)

/*
 * For the caller's output and errors: fds[i] is what the command writes to. A
 * pump each where a pipe or a socket is behind it, one for both if they are the
 * same; pumps[i] is NULL where there is none. The eventfd `wake` is written to when one has handed on all. 0 or -1; what there
 * is is to be freed in any case.
 */
int output_pump_both(const int callers[2], int wake, struct output_pump *pumps[2], int fds[2], struct err *err);

void output_pump_end(struct output_pump *pump);
int output_pump_is_done(const struct output_pump *pump);

/* Stops it wherever it is. 1: something was not handed on, though the caller was there. NULL is fine. */
int output_pump_free(struct output_pump *pump);

#endif
