/* The parts of the command `mail` that lie in files of their own. */
#ifndef GENBA_TUI_COMMANDS_FINDING_CMD_MAIL_H
#define GENBA_TUI_COMMANDS_FINDING_CMD_MAIL_H

#include "tui/command/cmd.h"

int cmd_mail_list(struct session *s, const struct args *args, struct err *err);
int cmd_mail_file(struct session *s, const struct args *args, struct err *err);
int cmd_mail_again(struct session *s, const struct args *args, struct err *err);

#endif
