#include "evidence/acquire/preserved.h"

#include <stdlib.h>

void preserved_release(struct preserved *p)
{
	buf_release(&p->note);
	buf_release(&p->advice);
	free(p->path);
	p->path = NULL;
}
