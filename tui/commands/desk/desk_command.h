/* What the files of the command `desk` share: the files that it reads, and its parts. */
#ifndef GENBA_TUI_COMMANDS_DESK_DESK_COMMAND_H
#define GENBA_TUI_COMMANDS_DESK_DESK_COMMAND_H

#include "outward/desk/gather.h"
#include "tui/command/cmd.h"

struct desk_reading_files {
	struct session *s;
	size_t faults;
};

/* Reads the files that are named from word `first` on, or the case of the session. `source` borrows `unlock`. */
int desk_files(struct session *s, const struct args *args, size_t first, struct desk_reading_files *r,
               struct case_unlock *unlock, struct desk_source *source, struct desk_cases *cases, struct err *err);

/* 0, or -1 (exit status 1) if a file was not counted. */
int desk_faults(const struct desk_reading_files *r, struct err *err);

int desk_waiting(struct session *s, const struct args *args, struct err *err);
int desk_advise(struct session *s, const struct args *args, struct err *err);
int desk_decline(struct session *s, const struct args *args, struct err *err);
int desk_open(struct session *s, const struct args *args, struct err *err);

/* By which option a step without a criterion is taken: on the screen it is asked for instead. */
void desk_tell_anyway(struct session *s);

#endif
