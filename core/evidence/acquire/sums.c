#include "evidence/acquire/sums.h"

#include "base/err.h"
#include "base/i18n.h"
#include "evidence/acquire/manifest.h"

#include <stdlib.h>
#include <string.h>

void sums_add(struct buf *out, const char *sha256, const char *name)
{
	int escape = strpbrk(name, "\\\n\r") != NULL;
	buf_addf(out, "%s%s  ", escape ? "\\" : "", sha256);
	for (; *name; name++)
		if (escape && strchr("\\\n\r", *name))
			buf_addf(out, "\\%c", *name == '\n' ? 'n' : *name == '\r' ? 'r' : '\\');
		else
			buf_addc(out, *name);
	buf_addc(out, '\n');
}

int sums_of_manifest(struct buf *out, const char *manifest, struct err *err)
{
	struct manifest_entry entry;
	int more;
	for (const char *p = manifest; (more = manifest_next(&p, &entry)) == 1; buf_release(&entry.path))
		if (entry.type == 'f') {
			char *name = xasprintf("./%s", entry.path.data);
			sums_add(out, entry.sha256, name);
			free(name);
		}
	return more < 0 ? err_set(err, ERR_DAMAGED, _("the manifest has a wrong form")) : 0;
}
