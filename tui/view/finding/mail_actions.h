/* What can be done with a mail, from the list of them and from its page: the same keys in both. */
#ifndef GENBA_TUI_VIEW_FINDING_MAIL_ACTIONS_H
#define GENBA_TUI_VIEW_FINDING_MAIL_ACTIONS_H

#include "tui/workbench/view.h"

/* The mail that is meant, or NULL, which is told. Borrowed. */
const char *mail_actions_label(struct view *v);

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
enum redraw mail_open_locked(struct view *v);

/* clang-format off */
#define MAIL_KEYS \
	{'v', NULL, N_("advice"), N_("the answer to whoever sent it in"), mail_show_advice, NULL}, \
	{'s', NULL, N_("similar"), N_("which others belong with it, and why"), mail_show_similar, NULL}, \
	{'p', NULL, N_("to indicators"), N_("what of it becomes an indicator"), mail_promote_items, workbench_refuses_writing}, \
	{'t', NULL, N_("parts"), N_("its parts, headers, findings and text"), mail_show_parts, NULL}, \
	{'x', NULL, N_("extract"), N_("write a file that it carries to the disk; genba never opens it"), mail_extract_part, NULL}, \
	{'R', NULL, N_("reach"), N_("say what was done with it"), mail_set_reach, workbench_refuses_writing}, \
	{'o', NULL, N_("unlock"), N_("try the password that it or a mail that belongs with it gives, or one that is typed, on what is locked"), mail_open_locked, workbench_refuses_writing}, \
	{'c', NULL, N_("class"), N_("correct its class, with the reason in a note"), mail_correct_class, workbench_refuses_writing}
/* clang-format on */

#endif
