/* Opening a case in the cage: its bytes come as a descriptor, its data key in the request. */
#ifndef GENBA_CASE_CARE_GATE_WORKER_H
#define GENBA_CASE_CARE_GATE_WORKER_H

#include "base/worker/worker.h"
#include "case/store/case_file.h"

/* The case of the first input, read only; `log`: a descriptor of its log, or -1. Close it. NULL: no key came, or it does not
 * open. */
struct case_file *gate_open_case(struct worker *w, int log, struct err *err);

#endif
