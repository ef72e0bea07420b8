/* What is known of a program without running it. */
#ifndef GENBA_EVIDENCE_CAPTURE_CAPTURE_TOOL_H
#define GENBA_EVIDENCE_CAPTURE_CAPTURE_TOOL_H

#include <stddef.h>

struct buf;
struct err;

/* The program that `name` means: a path as it is, else the first executable file of that name in PATH. NULL with the error. */
char *capture_tool_find(const char *name, struct err *err);

/* SHA-256 of the file, "" if it cannot be read (programs that may be run but not read). */
void capture_tool_digest(const char *path, char sha256[65]);

/*
 * The version that dpkg's database, as it lies below `root` ("" for the machine's own), has for the package that
 * owns the file: "package version". Nothing if it is in none. Source: deb-split of /var/lib/dpkg: info/NAME.list, status.
 */
void capture_tool_version(const char *path, const char *root, struct buf *version);

#endif
