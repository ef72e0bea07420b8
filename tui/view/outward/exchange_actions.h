/* What a person does from Exchange besides letting something leave: to a colleague and from one, our own reports, what comes in. */
#ifndef GENBA_TUI_VIEW_OUTWARD_EXCHANGE_ACTIONS_H
#define GENBA_TUI_VIEW_OUTWARD_EXCHANGE_ACTIONS_H

#include "tui/workbench/view.h"

/* The whole case, or what is new, for a colleague's key. */
enum redraw exchange_hand_over(struct view *v);

/* What a colleague's copy or delta would bring, from where it is merged. */
enum redraw exchange_merge(struct view *v);

/* A report for our own use: which, in which form, where to. */
enum redraw exchange_report(struct view *v);

/* The history as a git repository, into a new folder. */
enum redraw exchange_git(struct view *v);

/* A receipt, or what another tool exported. */
enum redraw exchange_take_in(struct view *v);

/* A case that was handed over to us: read, then signed for. */
enum redraw exchange_accept(struct view *v);

#endif
