/*
 * What browsers keep: Chromium's History (Chrome, Edge, Opera, Vivaldi, Brave) and
 * Firefox' places.sqlite, each with its -wal. A row a visit, a row a download.
 *
 *     visited   event=visit, browser, user, url, title, from, visit_count, transition
 *     created   event=download, browser, user, url, target, referrer, size, ended
 *
 * The -wal is read beside it: what it has committed counts, what it has not is told.
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_BROWSER_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_BROWSER_H

#include "finding/triage/parse/parser.h"

int browser_recognises(const char *path, const unsigned char *head, size_t n);
int browser_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
