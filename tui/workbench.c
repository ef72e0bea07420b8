#include "tui/workbench.h"
#include "base/err.h"
int workbench_run(struct session *s, struct err *err)
{
	(void)s;
	return err_set(err, ERR_FAILED, "no workbench yet");
}
