/*
 * The tables at the top. A command is a row in command.def and a function; a
 * view is a struct of operations and a row here. Nothing below knows them all.
 */
#include "tui/routes.h"

#include "base/i18n.h"
#include "tui/command/cmd.h"
#include "tui/command/command.h"
#include "tui/form/form.h"
#include "tui/form/indicator_pick.h"
#include "tui/list/evidence_work.h"
#include "tui/list/view_list.h"
#include "tui/view/views.h"
#include "tui/workbench/route.h"

static const struct command commands[] = {
#define SECTION(title) {.summary = title},
#define COMMAND(name, operands, options, summary, keys, opens, flags, function) \
	{name, operands, options, summary, keys, opens, flags, function},
#include "tui/command/command.def"
#undef COMMAND
#undef SECTION
};

/* Rows with keys stand in the order of the help. */
static const struct route routes[] = {
    {.name = "board", .view = &board_view, .key = KEY_OF_COMMAND, .summary = N_("Board")},
    {.name = "playbook", .view = &playbook_view, .key = KEY_OF_COMMAND, .summary = N_("Playbook")},
    {.name = "list", .view = &asset_list_view, .key = '3', .argument = "asset", .summary = N_("Assets")},
    {.name = "list", .view = &evidence_list_view, .key = '4', .argument = "evidence", .summary = N_("Evidence")},
    {.name = "timeline", .view = &timeline_view, .key = KEY_OF_COMMAND, .summary = N_("Timeline")},
    {.name = "flow", .view = &flow_view, .key = KEY_OF_COMMAND, .summary = N_("Flow: the attack as a graph")},
    {.name = "chain", .view = &chain_view, .key = KEY_OF_COMMAND, .summary = N_("Chain: other organisations")},
    {.name = "mail", .view = &mail_view, .key = KEY_OF_COMMAND, .summary = N_("Mail desk: suspicious mails")},
    {.name = "brief", .view = &brief_view, .key = KEY_OF_COMMAND, .summary = N_("Brief: one page for the meeting")},
    {.name = "list", .view = &list_view, .key = '6', .argument = "note", .summary = N_("Notes")},
    {.name = "list", .view = &list_view, .key = '7', .argument = "indicator", .summary = N_("Indicators")},
    {.name = "list", .view = &list_view, .key = '8', .argument = "measure", .summary = N_("Measures")},
    {.name = "list", .view = &list_view, .key = 'O', .argument = "party", .summary = N_("Organisations and people")},
    {.name = "list",
     .view = &list_view,
     .key = 'H',
     .argument = "contact",
     .summary = N_("Contacts: who was told what")},
    {.name = "history", .view = &history_view, .key = KEY_OF_COMMAND, .summary = N_("History")},
    {.name = "sweep",
     .view = &sweep_view,
     .key = KEY_OF_COMMAND,
     .summary = N_("Sweep: where the indicators were found")},
    {.name = "triage", .view = &triage_view, .key = KEY_OF_COMMAND, .summary = N_("Triage: what evidence says")},
    {.name = "desk", .view = &desk_view, .key = KEY_OF_COMMAND, .summary = N_("Desk: what waits in a register")},
    {.name = "exchange",
     .view = &exchange_view,
     .key = 'E',
     .summary = N_("Exchange: what left, what came in, what would leave")},
    {.name = "mine", .view = &mine_view, .key = 'J', .summary = N_("My work: what is open, by person, overdue first")},
    {.name = "kinds", .view = &kinds_view, .key = '0', .summary = N_("all kinds of record")},
    {.name = "commit", .view = &commit_view},
    {.name = "conflicts", .view = &conflicts_view},
    {.name = "detail", .view = &detail_view},
    {.name = "form", .view = &form_view},
    {.name = "found", .view = &found_view},
    {.name = "help", .view = &help_view},
    {.name = "mailpage", .view = &mail_page_view},
    {.name = "news", .view = &news_view},
    {.name = "offer", .view = &offer_view},
    {.name = "step", .view = &step_view},
    {.name = "work", .view = &work_view},
    {.name = "acceptance", .view = &accept_view},
    {.name = "command", .ask = board_command_ask},
    {.name = "draft", .ask = board_draft_ask},
    {.name = "handover", .ask = handover_ask},
    {.name = "import", .view = &import_view, .ask = view_import_ask},
    {.name = "indicators", .ask = indicators_ask},
    {.name = "merge", .view = &merge_view, .ask = view_merge_ask},
    {.name = "message", .ask = board_message_ask},
    {.name = "new", .ask = board_new_ask},
    {.name = "paste", .ask = indicator_paste_ask},
    {.name = "preserve", .ask = evidence_work_ask},
    {.name = "report", .ask = exchange_report_ask},
    {.name = "start", .ask = playbook_ask},
    {.name = "takein", .ask = exchange_take_in_ask},
    {.name = "waiting", .ask = view_step_waiting_ask},
    {.name = NULL},
};

void routes_begin(void)
{
	commands_use(commands, sizeof commands / sizeof *commands);
	routes_use(routes);
}
