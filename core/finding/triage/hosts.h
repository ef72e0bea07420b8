/*
 * Hosts × rules: which machine shows which trace, since when. The same trace on several hosts stands in one column.
 *
 *     struct host_matrix *m = host_matrix_new(findings);         // findings.h, or records of the kind `finding`
 *     host_matrix_lines(m, names, ctx, 100, add_line, view);     // for people
 *     json_t *cells = host_matrix_json(m, names, ctx);           // an object a cell
 *     host_matrix_free(m);
 *
 * Hosts come by their first trace, rules by on how many hosts they are. What was dismissed is told, and does not count. A time that
 * was set back (defence.timestomp) is no first trace, of whatever finding on that file; one that nobody has judged is told as such.
 */
#ifndef GENBA_FINDING_TRIAGE_HOSTS_H
#define GENBA_FINDING_TRIAGE_HOSTS_H

#include <jansson.h>

struct host_matrix;

/* Of an array of findings: those that were seen, on an asset. Keeps references. */
struct host_matrix *host_matrix_new(const json_t *findings);
void host_matrix_free(struct host_matrix *m); /* NULL is allowed */

size_t host_matrix_hosts(const struct host_matrix *m);

/* How many findings on the asset were not dismissed, and in *first (borrowed) that of its first trace; NULL: none of them has a
 * time that can be trusted. */
size_t host_matrix_findings(const struct host_matrix *m, const char *label, const json_t **first);

/* The name of an asset, borrowed until the next call. */
typedef const char *(*host_name_fn)(void *ctx, const char *label);

enum host_line { HOST_LINE_HEADING, HOST_LINE_HOST, HOST_LINE_RULE };

/* A line: of a host with its label, else "". Text is safe for a terminal. */
typedef void (*host_line_fn)(void *ctx, enum host_line what, const char *label, const char *text);

/* A table for each so many rules as fit, then what their numbers mean. A time with ? is of a finding that is not judged.
 * Cells: H high, M medium, L low, i for information, x dismissed. */
void host_matrix_lines(const struct host_matrix *m, host_name_fn name, void *names, int columns, host_line_fn line,
                       void *ctx);

/* What the host with that label shows: what ? says behind its time, if it stands there; then a line for each of its cells: the
 * column's number, the cell, since when, and what it means. */
void host_matrix_tell(const struct host_matrix *m, const char *label, host_line_fn line, void *ctx);

/* {label, kind: "host_rule", asset, hostname, rule, level, technique, title, when, until, count, status}. New reference. */
json_t *host_matrix_json(const struct host_matrix *m, host_name_fn name, void *names);

#endif
