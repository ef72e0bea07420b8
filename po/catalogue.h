/* The translations inside the program: .mo files as msgfmt makes them, for i18n_use(). */
#ifndef GENBA_PO_CATALOGUE_H
#define GENBA_PO_CATALOGUE_H

#include <stddef.h>

extern const unsigned char catalogue_ja[];
extern const size_t catalogue_ja_size;

#endif
