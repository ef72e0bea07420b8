/* What can be done with a mail, from the list of them and from its page: the same keys in both. */
#ifndef GENBA_TUI_VIEW_FINDING_MAIL_ACTIONS_H
#define GENBA_TUI_VIEW_FINDING_MAIL_ACTIONS_H

#include "tui/workbench/view.h"

/* Asks for a folder of mails and takes it in. */
enum redraw mail_take_in(struct view *v);

/* About the mail under the cursor, or that of the page (the view's argument). */
enum redraw mail_correct_class(struct view *v);
enum redraw mail_set_reach(struct view *v);
enum redraw mail_show_parts(struct view *v);
enum redraw mail_promote_items(struct view *v);
enum redraw mail_show_similar(struct view *v);
enum redraw mail_show_advice(struct view *v);
enum redraw mail_extract_part(struct view *v);

#endif
