/*
 * Descriptors 0, 1 and 2 are standard input, output and error, or nothing: never a file of ours.
 *
 * A program that is started with one of them closed (`genba list asset >&-`) would get its number for the next file it
 * opens, and what it prints would be written into that file. So main() calls standard_fds_ensure() before it opens
 * anything. Each one that is missing becomes /dev/null the wrong way round (0 can only be written, 1 and 2 can only be
 * read), as glibc does for setuid programs: whoever uses it gets EBADF, and nothing is said to be read or printed that was
 * not.
 *
 *     int main(int argc, char **argv)
 *     {
 *             if (standard_fds_ensure() < 0)
 *                     return 1;
 */
#ifndef GENBA_BASE_FILE_STANDARD_FDS_H
#define GENBA_BASE_FILE_STANDARD_FDS_H

struct err;

/* Makes 0, 1 and 2 exist. Links nothing but the C library. 0, or -1 with errno (there is no /dev/null, either). */
int standard_fds_ensure(void);

/* Standard input's number, for a `-` that a person gave; -1 (ERR_USAGE) if the program was started without one. */
int standard_input(struct err *err);

/* Says that standard output could not be written. A reader that has gone (`genba help | head`) has seen what it wanted: the
 * error is there, without a word. Returns -1. */
int standard_output_failed(struct err *err);

#endif
