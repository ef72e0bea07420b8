/*
 * Errors about a file that is written under another name until it is whole: they name the file that a person asked for.
 *
 *     char *part = xasprintf("%s.part", path);
 *     if (write_it(part, err) < 0)
 *         part_error_name(err, part, path);
 */
#ifndef GENBA_BASE_FILE_PART_ERROR_H
#define GENBA_BASE_FILE_PART_ERROR_H

struct err;

/* In what the error says, `path` in place of `part`, wherever that stands. Returns -1. */
int part_error_name(struct err *err, const char *part, const char *path);

#endif
