/*
 * Each prompt is typed wrong once, and goes on: what was typed stays, the reason stands above it, and nothing of it becomes keys.
 * A row names the function that asks. tests/house/check.py knows all that ask, and wants a row here for each, or a reason in
 * tests/house/unrefused.
 */
#include "help_asked.h"
#include "help_case_screen.h"
#include "help_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a case of two machines */

static const struct asked anywhere[] = {
    {"workbench_command.c:workbench_ask_command",
     ":",
     "frobnicate",
     "there is no command 'frobnicate'",
     "list asset",
     "Asset · 2",
     {":"}},
    {"list_keys.c:edit_filter",
     "Filter:",
     "nosuch=1",
     "is no field of asset",
     "status=suspected",
     "Asset · 1 of 2",
     {"3f"}},
    {"workbench_keys.c:look_at",
     "Show the case as of",
     "when the cock crows",
     "is not a time; allowed",
     "2026-11-23T14:05",
     "READ ONLY",
     {"@"}},
    {"form.c:view_form_edit form_ask.c:form_ask form_ask.c:ask_text",
     "Due:",
     "next moon",
     "'next moon' is not a time",
     "tomorrow",
     "1 typed",
     {"8a" KEYS_DOWN KEYS_DOWN KEYS_DOWN KEYS_DOWN KEYS_DOWN KEYS_ENTER}},
    {"form_ask.c:ask_one",
     "Track:",
     "zebra",
     "nothing here is called 'zebra'",
     "cause",
     "2 typed",
     {"8a" KEYS_DOWN KEYS_ENTER}},
    {"playbook_start.c:choose_playbook",
     "Playbook",
     "nosuch.yaml",
     "cannot open 'nosuch.yaml'",
     "isolate",
     "On R1-A1",
     {"3P"}},
    {"list_keys.c:change_marked",
     "Isolation done:",
     "next moon",
     "'next moon' is not a time",
     "13:00",
     "in one action",
     {"3b", "Set which field", "Isolation done" KEYS_ENTER}},
    {"form_ask.c:form_choose_field",
     "Set which field",
     "zebra",
     "nothing here is called 'zebra'",
     "Finding",
     "Finding:",
     {"3b"}},
    {"isolate.c:isolate_marked questions.c:question_field form_ask.c:form_ask_value_from",
     "Isolation done:",
     "next moon",
     "next moon' is not a time",
     "14:05",
     "Isolated by:",
     {"3i"}},
    {"view_merge.c:view_merge_ask",
     "Delta or copy",
     "/nosuch/file",
     "there is no such file",
     "/etc/passwd",
     "passwd",
     {":merge" KEYS_ENTER}},
    {"workbench_keys.c:undo", "Undo: ", " ", "a reason is needed", "a slip", "undone", {"u"}},
    {"timeline_keys.c:edit_filter", "Filter:", "when=zebra", "'zebra' is no time", "side=attacker", "Timeline", {"5f"}},
    {"handover_start.c:handover_ask handover_start.c:ask_key",
     "Colleague's key",
     "nokey",
     "is no file with a key",
     "R1",
     "What goes:",
     {":handover" KEYS_ENTER}},
    {"handover_start.c:ask_what",
     "What goes:",
     "zebra",
     "nothing here is called 'zebra'",
     "what is new",
     "New file for",
     {":handover" KEYS_ENTER, "Colleague's key", "R1" KEYS_ENTER}},
    {"exchange_actions.c:exchange_report_ask",
     "Report for our own use:",
     "zebra",
     "nothing here is called 'zebra'",
     "alert",
     "Written as:",
     {"Er"}},
    {"exchange_actions.c:exchange_take_in_ask",
     "What comes in:",
     "zebra",
     "nothing here is called 'zebra'",
     "receipt",
     "File:",
     {"Ei"}},
    {"follow_up.c:follow_up_ask",
     "What follows from it:",
     "zebra",
     "nothing here is called 'zebra'",
     "Measure",
     "New: Measure",
     {":show R1-A2" KEYS_ENTER, "JINJI-PC-04", "c"}},
    {"handover_start.c:ask_out",
     "New file for",
     "/nosuch/copy",
     "there is no such folder",
     "nobody-has-it.genba",
     "Folder for the",
     {":handover" KEYS_ENTER, "Colleague's key", "R1" KEYS_ENTER, "What goes:", KEYS_ENTER}},
    {"list_keys.c:sort_by_any", "Sort by:", "zebra", "nothing here is called 'zebra'", "Finding", "by Finding", {"3o"}},
    {"evidence_work.c:evidence_work_preserve evidence_work.c:ask_line",
     ":",
     "preserve --on R1-A1 --as hash nosuch.bin",
     "cannot open 'nosuch.bin'",
     "preserve --on R1-A1 --as hash notes.txt",
     "notes.txt",
     {"4P"}},
    {"evidence_work.c:evidence_work_choose",
     "In which form:",
     "zebra",
     "nothing here is called 'zebra'",
     "raw",
     "Folder for the copy:",
     {"4P", ":preserve", "notes.txt" KEYS_ENTER, "Of which asset:", KEYS_ENTER}},
    {"evidence_work.c:ask_folder",
     "Folder for the copy:",
     "/etc/passwd",
     "this is a file, not a folder",
     "copies",
     "R1-E",
     {"4P", ":preserve", "notes.txt" KEYS_ENTER, "Of which asset:", KEYS_ENTER, "In which form:", "raw" KEYS_ENTER}},
    {"evidence_work.c:ask_each",
     "A folder:",
     "zebra",
     "nothing here is called 'zebra'",
     "as one",
     "Of which asset:",
     {"4P", ":preserve", "things" KEYS_ENTER}},
    {"indicator_pick.c:indicator_paste_ask",
     "What the pasted text is for:",
     "zebra",
     "nothing here is called 'zebra'",
     "Indicators",
     "192[.]0[.]2[.]77",
     {"\033[200~see 192.0.2.77 there\033[201~"}},
    {"view_detail.c:make_of",
     "Make of this note:",
     "zebra",
     "nothing here is called 'zebra'",
     "Measure",
     "odd",
     {":show R1-N1" KEYS_ENTER, "odd", "c"}},
    {"view_import.c:view_import_ask questions.c:question_path",
     "List (CSV",
     "/nosuch/list.csv",
     "there is no such file",
     "list.csv",
     "PC name today =",
     {"3I"}},
    {"view_import.c:ask_column",
     "PC name today =",
     "zebra",
     "nothing here is called 'zebra'",
     "hostname",
     "nothing is written yet",
     {"3I", "List (CSV", "list.csv" KEYS_ENTER}},
    {"retract_ask.c:retract_ask",
     "Retract R1-A2; reason:",
     " ",
     "a reason is needed",
     "typed twice",
     "is retracted",
     {":show R1-A2" KEYS_ENTER, "JINJI-PC-04", "x"}},
    {"list_keys.c:retract_marked", "reason:", " ", "a reason is needed", "typed twice", "retracted", {"3x"}},
};

static void in_a_case_of_two_machines(void **state)
{
	(void)state;
	program_good(&asked_program, "note", "odd", NULL);
	TYPE_ALL(anywhere);
}

/* ---- a playbook that asks all that one can */

static const struct asked of_playbooks[] = {
    {"playbook_start.c:choose_assets",
     "On R1-A1 and:",
     "zebra",
     "nothing here is called 'zebra'",
     "PC-04",
     "On R1-A1,R1-A2",
     {"3P", "Playbook", "isolate" KEYS_ENTER}},
    {"playbook_runs.c:change", "Paused, because:", " ", "a reason is needed", "lunch", "R1-J1: paused", {"2z"}},
    {"step_command.c:tui_step_command_choose",
     "Which command:",
     "zebra",
     "nothing here is called 'zebra'",
     "second",
     "echo second",
     {"2z", "goes on", "o"}},
    {"step_case_command.c:step_case_run step_case_command.c:ask_line",
     ":",
     "frobnicate",
     "there is no command 'frobnicate'",
     "note looked at",
     "nothing is missing for the",
     {"2o", "Which command:", "of the case" KEYS_ENTER, "genba note", KEYS_ENTER}},
    {"step_evidence.c:step_choose_asset",
     "On record for which asset:",
     "zebra",
     "nothing here is called 'zebra'",
     "PC-04",
     "(y/n)",
     {"2o", "Which command:", KEYS_ENTER, "echo first", KEYS_ENTER}},
    {"view_step.c:view_step_ask form_ask.c:ask_text",
     "Clock offset:",
     "zebra",
     "'zebra' is not a duration",
     "PT5M",
     "PT5M",
     {"2e", "Clock offset", "g" KEYS_ENTER}},
    {"step_evidence.c:step_obtain_evidence",
     "Evidence:",
     "zebra",
     "nothing here is called 'zebra'",
     "digest that somebody",
     "Of which asset:",
     {"2e", "Clock offset", "gj" KEYS_ENTER}},
    {"step_evidence.c:choose_type",
     "What is it:",
     "zebra",
     "nothing here is called 'zebra'",
     "log",
     "Title:",
     {"2e", "Clock offset", "gj" KEYS_ENTER, "Evidence:", "digest that somebody" KEYS_ENTER,
      "Of which asset:", KEYS_ENTER}},
    {"step_evidence.c:stand_in",
     "Hash due",
     "next moon",
     "'next moon' is not a time",
     "tomorrow",
     "Where stored",
     {"2e", "Clock offset", "gj" KEYS_ENTER, "Evidence:", "under seal" KEYS_ENTER, "Of which asset:", KEYS_ENTER,
      "What is it:", "log" KEYS_ENTER, "Title:", "Proxy" KEYS_ENTER, "serial", "1" KEYS_ENTER, "Seal", "2" KEYS_ENTER,
      "Witness", "me" KEYS_ENTER}},
    {"step_evidence.c:step_evidence_preserve step_evidence.c:ask_line",
     ":",
     "preserve --type log nosuch.bin",
     "cannot open 'nosuch.bin'",
     "preserve --type log notes.txt",
     "R1-E",
     {"2e", "Clock offset", "gj" KEYS_ENTER, "Evidence:", "by its path" KEYS_ENTER, "Of which asset:", KEYS_ENTER}},
    {"step_evidence.c:step_obtain_record",
     "Event:",
     "zebra",
     "nothing here is called 'zebra'",
     "on record already",
     "Links",
     {"2e", "Clock offset", "gjj" KEYS_ENTER}},
    {"playbook_runs.c:runs_end_step", "Skipped, because:", " ", "a reason is needed", "not now", "How fast?", {"2s"}},
    {"view_playbook.c:choose_answer",
     "How fast?",
     "zebra",
     "nothing here is called 'zebra'",
     "slow",
     "is on record",
     {"2" KEYS_ENTER}},
};

static const struct asked of_runs[] = {
    {"view_step.c:record_unknown",
     "Unknown, or not done: Tool. Because:",
     " ",
     "a reason is needed",
     "nobody was there",
     "the playbook is finished",
     {"2e", "Tool", KEYS_ENTER, "Tool:", "unknown" KEYS_ENTER, "? Tool:  unknown", KEYS_CTRL_S}},
    {"playbook_runs.c:runs_choose", "Run:", "zebra", "nothing here is called 'zebra'", "R1-J3", "R1-J3", {"2r"}},
};

static void in_a_playbook(void **state)
{
	char path[400];
	(void)state;
	snprintf(path, sizeof path, "%s/playbooks/questions.yaml", getenv("GENBA_TEST_DATA"));
	program_good(&asked_program, "add", "event", "title=Seen", "side=attacker", NULL);
	program_good(&asked_program, "play", path, "--on", "R1-A1,R1-A2", NULL);
	TYPE_ALL(of_playbooks);
	for (int i = 0; i < 3; i++)
		program_good(&asked_program, "play", "shift", NULL);
	snprintf(path, sizeof path, "%s/playbooks/tool.yaml", getenv("GENBA_TEST_DATA"));
	program_good(&asked_program, "play", path, NULL);
	TYPE_ALL(of_runs);
}

/* ---- mails, other organisations, the desk, what leaves */

static const struct asked of_mails[] = {
    {"mail_actions.c:mail_take_in mail_actions.c:ask_place",
     "zip of mails:",
     "/nosuch/mails",
     "there is no such file",
     "mails.eml",
     "taken in, 0 were on record",
     {"Ki"}},
    {"mail_actions.c:set_field",
     "Corrected class:",
     "zebra",
     "nothing here is called 'zebra'",
     "URL",
     "Ctrl-S keeps it",
     {"Kc"}},
    {"mail_actions.c:mail_extract_part",
     "Part to write to a file:",
     "zebra",
     "nothing here is called 'zebra'",
     "request",
     "File to write part",
     {"Kx"}},
    {"mail_actions.c:write_part questions.c:question_path",
     "File to write part",
     "/nosuch/part",
     "there is no such folder",
     "part.bin",
     "it may be malicious",
     {"Kx", "Part to write", KEYS_ENTER}},
    {"view_chain.c:view_chain_decide",
     "Confirm R1-P2; reason:",
     " ",
     "a reason is needed",
     "their desk",
     "1 proposal to decide",
     {"Cjy"}},
    {"chain_same.c:chain_same_ask", "The same organisation as", "R1-P99", "here is called", "R1-P2", "reason:", {"C="}},
    {"chain_contact.c:chain_contact_status",
     "Chain status",
     "zebra",
     "nothing here is called 'zebra'",
     "inspecting",
     "contact: inspecting",
     {"C", "1 proposal", "f", "R1-P2", "s"}},
    {"view_desk.c:end_it", "Reason:", "", "a reason is needed", "told how to look", "R1-Q1 is settled", {"Dv"}},
    {"desk_open.c:desk_open_case questions.c:question_path",
     "Case file:",
     "/nosuch/file",
     "there is no such folder",
     "q2.genba",
     "Stage",
     {"Do"}},
    {"desk_open.c:ask_stage",
     "Stage",
     "zebra",
     "nothing here is called 'zebra'",
     "rescue",
     "Reason:",
     {"Do", "Case file:", KEYS_ENTER}},
    {"desk_open.c:ask_reason",
     "Reason:",
     "",
     "a reason is needed",
     "RAT found",
     "has become the case",
     {"Do", "Case file:", KEYS_ENTER, "Stage", "advice" KEYS_ENTER}},
    {"view_desk.c:save_report", "Written as:", "zebra", "nothing here is called 'zebra'", "csv", "New file:", {"Dw"}},
    {"view_desk.c:change_stage", "Stage", "zebra", "nothing here is called 'zebra'", "advice", "Reason:", {"Ds"}},
    {"view_exchange.c:ask_export view_exchange.c:ask_format",
     "What leaves:",
     "zebra",
     "nothing here is called 'zebra'",
     "misp",
     "Organisation:",
     {"Ee"}},
    {"view_exchange.c:ask_new_file",
     "New file:",
     "/nosuch/rows.csv",
     "there is no such folder",
     "refused.csv",
     "Change which answer:",
     {"Ee", "What leaves:", "timesketch" KEYS_ENTER, "Organisation:", "Partner" KEYS_ENTER,
      "Approving decision:", KEYS_ENTER}},
    {"questions.c:choose_answer",
     "Change which answer:",
     "zebra",
     "nothing here is called 'zebra'",
     "New file",
     "New file:",
     {"Ee", "What leaves:", "timesketch" KEYS_ENTER, "Organisation:", "Partner" KEYS_ENTER,
      "Approving decision:", KEYS_ENTER, "New file:", "rows.csv" KEYS_ENTER, "Change which answer:"}},
};

static void in_what_comes_in_and_leaves(void **state)
{
	(void)state;
	program_write(&asked_program, "mails.eml",
	              "From: pr@yahoo.co.jp\nTo: b@b.example\nSubject: Request\n"
	              "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nplease\n--bb\n"
	              "Content-Type: application/octet-stream; name=\"request.doc.exe\"\n\nMZ, harmless\n--bb--\n");
	program_good(&asked_program, "set", "R1-P1", "domains=a.example", "roles=victim", NULL);
	program_good(&asked_program, "add", "party", "name=Partner", "type=organisation", "domains=b.example",
	             "key_relations=yes", NULL);
	program_good(&asked_program, "add", "mail", "subject=First", "from_addr=x@nowhere.test", "cc=desk@c.example",
	             NULL);
	program_good(&asked_program, "add", "decision", "title=Tell", "choice=yes", "reason=agreed", "by=R1-P1",
	             "when=2026", NULL);
	program_good(&asked_program, "add", "consultation", "from=Partner", "when=2014-07-01", "summary=Slow terminal",
	             NULL);
	program_good(&asked_program, "add", "consultation", "from=Partner", "when=2014-07-02", "summary=Younger one",
	             NULL);
	program_good(&asked_program, "add", "consultation", "from=Partner", "when=2014-07-03", "summary=Third", NULL);
	program_good(&asked_program, "set", "R1-A1", "tlp=RED", NULL);
	program_good(&asked_program, "add", "event", "title=seen on JINJI-PC-03", "side=attacker",
	             "when=2026-11-23T10:00:00Z", NULL);
	TYPE_ALL(of_mails);
}

/* ---- two copies of a case, which both changed one field */

static const struct asked of_colleagues[] = {
    {"view_conflicts.c:take_another",
     "Value:",
     "zebra",
     "is not allowed",
     "infected",
     "is decided",
     {":resolve" KEYS_ENTER, "upper", "="}},
    {"view_merge.c:merge_vouched",
     "Why what a revoked key",
     " ",
     "a reason is needed",
     "told by phone",
     "dry run of",
     {":merge delta" KEYS_ENTER, "dry run of", "v"}},
};

static void with_a_colleague(void **state)
{
	char home[200];
	char site[200];
	char copy[200];
	(void)state;
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	snprintf(site, sizeof site, "%s", getenv("GENBA_CASE"));
	snprintf(copy, sizeof copy, "%s/copy.genba", asked_program.dir);
	program_good(&asked_program, "key", "export", NULL);
	asked_program.out.data[strcspn(asked_program.out.data, "\n")] = '\0';
	char *first = strdup(asked_program.out.data);
	setenv("XDG_DATA_HOME", program_file(&asked_program, "other"), 1);
	program_good(&asked_program, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive",
	             NULL);
	program_good(&asked_program, "key", "export", NULL);
	asked_program.out.data[strcspn(asked_program.out.data, "\n")] = '\0';
	char *other = strdup(asked_program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(&asked_program, "handover", "--to", other, "--out", copy, NULL);
	program_good(&asked_program, "set", "R1-A1", "status=infected", NULL);
	setenv("XDG_DATA_HOME", program_file(&asked_program, "other"), 1);
	setenv("GENBA_CASE", copy, 1);
	program_good(&asked_program, "set", "R1-A1", "status=clean", NULL);
	program_good(&asked_program, "handover", "--delta", "--to", first, "--out", "delta", NULL);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("GENBA_CASE", site, 1);
	program_good(&asked_program, "merge", "delta", NULL);
	program_good(&asked_program, "key", "revoke", "R2", "--reason", "left the team", NULL);
	free(first);
	free(other);
	TYPE_ALL(of_colleagues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(in_a_case_of_two_machines, asked_set_up, asked_tear_down),
	    cmocka_unit_test_setup_teardown(in_a_playbook, asked_set_up, asked_tear_down),
	    cmocka_unit_test_setup_teardown(in_what_comes_in_and_leaves, asked_set_up, asked_tear_down),
	    cmocka_unit_test_setup_teardown(with_a_colleague, asked_set_up, asked_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
