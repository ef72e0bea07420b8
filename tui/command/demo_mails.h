/* The practice case's mails: ①, ⑤ and ⑧ of section 3.2, as files with harmless attachments. */
#ifndef GENBA_TUI_COMMAND_DEMO_MAILS_H
#define GENBA_TUI_COMMAND_DEMO_MAILS_H

struct err;

/* Writes them into the folder, in one of the two languages. 0 or -1. */
int demo_mails_write(const char *dir, int japanese, struct err *err);

#endif
