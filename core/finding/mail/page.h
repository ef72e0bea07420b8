/*
 * A mail on one screen: twenty lines at most, each of them printable, defanged and no longer than asked.
 *
 *     mail_page(record, analysis, similar, known, 79, add_line, view);
 */
#ifndef GENBA_FINDING_MAIL_PAGE_H
#define GENBA_FINDING_MAIL_PAGE_H

#include <jansson.h>
#include <stddef.h>

struct buf;

enum mail_page_tone { MAIL_PAGE_PLAIN, MAIL_PAGE_HEADING, MAIL_PAGE_ALARM, MAIL_PAGE_ATTENTION, MAIL_PAGE_FAINT };

typedef void (*mail_page_line)(void *ctx, enum mail_page_tone tone, const char *text);

/* "subject   compressed   whole, 1 file locked" */
void mail_page_title(const json_t *record, const json_t *analysis, struct buf *out);

/* `analysis` (import.h), `similar` (similar.h) and `known` (mail_known() of propose.h) may be NULL. */
void mail_page(const json_t *record, const json_t *analysis, const json_t *similar, const json_t *known, size_t cells,
               mail_page_line line, void *ctx);

#endif
