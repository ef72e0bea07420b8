/*
 * Which word a refused command lacks, of those that its row in the table of commands wants (command.h, operands).
 *
 *     genba preserve              PATH is missing: usage: genba preserve …
 *     genba twin verify           FILE is missing: usage: genba twin …
 */
#ifndef GENBA_TUI_COMMAND_MISSING_H
#define GENBA_TUI_COMMAND_MISSING_H

struct args;
struct command;
struct err;

/* Says in a refusal that shows the usage and nothing else (cmd_usage()) which word is missing, where that is clear. Any other
 * error stays as it is. */
void missing_tell(const struct command *command, const struct args *args, struct err *err);

#endif
