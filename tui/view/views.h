/* The views that the workbench can go to, each one struct of operations: routes.c is the table of them. */
#ifndef GENBA_TUI_VIEW_VIEWS_H
#define GENBA_TUI_VIEW_VIEWS_H

#include "tui/workbench/view.h"

extern const struct view_ops accept_view; /* about the transfer that waits */
extern const struct view_ops board_view;
extern const struct view_ops brief_view;
extern const struct view_ops chain_view;
extern const struct view_ops commit_view; /* about a commit, by its id */
extern const struct view_ops conflicts_view;
extern const struct view_ops desk_view;     /* of a register: what waits */
extern const struct view_ops detail_view;   /* about a record, by its label */
extern const struct view_ops exchange_view; /* what left, came in, and would leave */
extern const struct view_ops flow_view;
extern const struct view_ops found_view;   /* about the words looked for */
extern const struct view_ops help_view;    /* about the view of that name; NULL: the one on top */
extern const struct view_ops history_view; /* about a record, by its label; NULL: the case */
extern const struct view_ops import_view;  /* opened by view_import_ask() */
extern const struct view_ops kinds_view;
extern const struct view_ops mail_view;      /* the mail desk */
extern const struct view_ops mail_page_view; /* about a mail, by its label */
extern const struct view_ops mine_view;      /* my work, and that of the others */
extern const struct view_ops merge_view;     /* about a colleague's file */
extern const struct view_ops news_view;
extern const struct view_ops offer_view;    /* opened by view_offer() */
extern const struct view_ops playbook_view; /* about a run, by its label; NULL: the newest open one */
extern const struct view_ops sweep_view;    /* about an indicator, by its value; NULL: all */
extern const struct view_ops step_view;     /* opened by view_step() */
extern const struct view_ops timeline_view;
extern const struct view_ops triage_view; /* about a finding, by its label; NULL: all */
extern const struct view_ops work_view;

/* Asks which report for our own use, in which form and where to, and writes it; what comes in, and from which file. */
void exchange_report_ask(struct workbench *wb, const char *none);
void exchange_take_in_ask(struct workbench *wb, const char *none);

/* Asks for what a handover needs, lets the brief be edited, and hands over. */
void handover_ask(struct workbench *wb, const char *none);

/* Reads a list and shows what it would be taken for; from there it is taken in. `KIND`: the file is asked for; or `KIND PATH`. */
void view_import_ask(struct workbench *wb, const char *argument);

/* Shows what merging the file (NULL: asked for) would bring; from there it is merged. */
void view_merge_ask(struct workbench *wb, const char *path);

/* Where rows of the Board lead (board_ways.c): a form for a new record of that kind; a text that was being typed, by the
 * key of its draft; a command line to be completed; `RUN INVOCATION`, a step that waits; a message in full. */
void board_new_ask(struct workbench *wb, const char *kind);
void board_draft_ask(struct workbench *wb, const char *key);
void board_command_ask(struct workbench *wb, const char *line);
void view_step_waiting_ask(struct workbench *wb, const char *step);
void board_message_ask(struct workbench *wb, const char *text);

/* Asks for a playbook and for the assets it is started on, and starts it. `assets`: a comma list of labels; those that are
 * assets are chosen already. */
void playbook_ask(struct workbench *wb, const char *assets);

#endif
