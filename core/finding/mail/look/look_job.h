/*
 * The job that looks at mails in the cage. Its request:
 *     {"items": [[offset, size], …], "from": mails to skip, "own": […], "trust": […], "parties": {…}, "forwarded": true,
 *      "part": "1.2", "only": true, "passwords": […], "contents": {"2": […]}}
 * Its input is one file that holds the items. For each mail it gives raw bytes "item offset size member\n" and then a line
 * (look.h); a zip of mails is as many mails, whose "offset size" are 0 and are followed by their SHA-256. With "part" the raw
 * bytes are that part's instead.
 */
#ifndef GENBA_FINDING_MAIL_LOOK_LOOK_JOB_H
#define GENBA_FINDING_MAIL_LOOK_LOOK_JOB_H

#include "base/worker/worker.h"

extern const struct worker_job mail_look_job;

#endif
