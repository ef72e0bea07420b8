/*
 * A playbook as strict CACAO 2.0 JSON.
 *
 * What the standard has no place for stands in genba's extension, so that the
 * file passes the published schemas and loads back to the same playbook
 * (compat_import.h, cacao_import()). For a step the extension holds
 *
 *     genba    the key `genba` as it was
 *     id       the readable id
 *     texts    member -> map of language to text; the member itself has the English
 *     aside    members that are not of the standard, or not in its form, as they were
 *     added    names of members that stand there only because the standard demands them
 *     surplus  true: so does the whole step
 *
 * and the same, without the first two, for the playbook. Ids are made from the
 * playbook's id and the readable id, in the form of version 4, which the
 * standard asks for: the same playbook always gives the same bytes.
 *
 * Source: CACAO 2.0 sections 3.1, 4, 10.10, 10.14; oasis-open/cacao-json-schemas.
 */
#ifndef GENBA_PLAYBOOK_LOAD_EXPORT_H
#define GENBA_PLAYBOOK_LOAD_EXPORT_H

#include "playbook/load/playbook.h"

/* New reference. `lost` (an array, may be NULL) gets a line for each thing that the file cannot say. */
json_t *playbook_export(const struct playbook *p, json_t *lost);

/* As text: sorted keys, two spaces, a final newline. */
void playbook_export_text(const json_t *strict, struct buf *out);

#endif
