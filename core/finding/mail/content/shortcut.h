/* Shortcuts of Windows: what their picture pretends. Source: MS-SHLLINK. */
#ifndef GENBA_FINDING_MAIL_CONTENT_SHORTCUT_H
#define GENBA_FINDING_MAIL_CONTENT_SHORTCUT_H

#include <stddef.h>

/* Whether a .lnk takes its picture from what opens documents, from a library of pictures or from elsewhere, while it starts
 * something else. */
int shortcut_pretends(const void *bytes, size_t n);

#endif
