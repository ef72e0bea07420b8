/*
 * Pictures of programs: whether a program of Windows shows itself as a document or a folder. Its largest picture of 32 bits is
 * looked at: a sheet is mostly white or nearly so, a folder mostly of one yellow. Sources: Microsoft PE (resources), the
 * description of icons (ICONDIR, BITMAPINFOHEADER).
 */
#ifndef GENBA_FINDING_MAIL_CONTENT_ICON_H
#define GENBA_FINDING_MAIL_CONTENT_ICON_H

#include <stddef.h>

int icon_pretends(const void *bytes, size_t n);

#endif
