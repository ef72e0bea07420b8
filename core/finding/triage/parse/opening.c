#include "finding/triage/parse/opening.h"

#include "base/i18n.h"

#include <stddef.h>

const char *tree_opening_name(long long what)
{
	static const char *const names[] = {N_("the file system"), N_("the partitions"), N_("the BitLocker volume"),
	                                    N_("the shadow copies")};
	return what >= 0 && (size_t)what < sizeof names / sizeof *names ? _(names[what]) : NULL;
}
