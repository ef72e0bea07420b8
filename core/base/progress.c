#include "base/progress.h"

#include "base/err.h"
#include "base/i18n.h"

#include <stddef.h>

int progress_step(const struct progress *p, const char *what, uint64_t done, uint64_t total, struct err *err)
{
	if (!p || !p->step)
		return 0;
	if (p->step(p->ctx, what, done, total) != 0)
		return err_set(err, ERR_CANCELLED, _("%s: cancelled"), what);
	return 0;
}
