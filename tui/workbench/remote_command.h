/*
 * Commands of other shells, carried out by the workbench (tui/session/socket.h).
 *
 * A command runs between two keys, in the workbench's own session, with the
 * caller's standard input, output and error and its folder in place of the
 * workbench's. While genba is locked each is refused with status 3. What came
 * in is told in the status line.
 */
#ifndef GENBA_TUI_WORKBENCH_REMOTE_COMMAND_H
#define GENBA_TUI_WORKBENCH_REMOTE_COMMAND_H

struct workbench;

void remote_command_open(struct workbench *wb); /* a socket that cannot be had is told, no error */
void remote_command_close(struct workbench *wb);

/* Serves what waits. 1 if the screen is to be drawn anew. */
int remote_command_serve(struct workbench *wb);

/* The background task has ended: the other shell gets its answer, if it was one's, and the next one that waits begins. */
void remote_command_ended(struct workbench *wb);

#endif
