/*
 * Opening what only root may open, without being root.
 *
 * genba-open-device (opener/) opens the device and passes the descriptor to this
 * process; sudo, doas or pkexec runs it. Nothing else of genba is ever root.
 *
 *     if (opener_is_needed(path, how)) {
 *         int fd = opener_open(s, path, how, 0, &err);        // sudo may ask for a password on the terminal
 *         …
 *     }
 */
#ifndef GENBA_TUI_SESSION_OPENER_H
#define GENBA_TUI_SESSION_OPENER_H

struct err;
struct session;

/* 1 if this user may not read the path, and it is a block device, or `how` names an opener for whatever it is. */
int opener_is_needed(const char *path, const char *how);

/*
 * A descriptor for reading, which the caller closes; -1 with the error. `how`: the command that becomes root ("sudo",
 * "doas -u root"), or NULL: the first of sudo, doas and pkexec that is there. `mounted`: also a device that a file system
 * may write to.
 */
int opener_open(struct session *s, const char *path, const char *how, int mounted, struct err *err);

#endif
