/* The view Chain on a real pseudo-terminal: from a mail to what rests on it, a decision, the contact and how far it came. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void make_case(struct program *p)
{
	program_case(p, "Chain");
	program_good(p, "set", "R1-P1", "domains=a.example", "roles=victim", NULL);
	program_good(p, "add", "party", "name=Partner", "type=organisation", "domains=b.example", "phone=03-0000-0001",
	             "safe_channel=fax 03-0000-0002", NULL);
	program_good(p, "add", "party", "name=Point of contact", "type=person", "parent=R1-P2", "roles=contact_point",
	             NULL);
	program_good(p, "add", "mail", "subject=First", "from_addr=x@nowhere.test", "cc=desk@c.example", NULL);
	program_good(p, "add", "mail", "subject=Second", "from_addr=x@nowhere.test", "cc=desk@b.example", NULL);
	program_good(p, "add", "decision", "title=Tell the partner", "choice=yes", "reason=they agreed", "by=R1-P1",
	             "when=2026-11-23", "on=R1-P2", NULL);
}

static void from_a_mail_to_the_contact(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-L2" KEYS_ENTER);
	terminal_await(t, "Second");
	terminal_type(t, "C"); /* begins at the mail's line, which is not the first */
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_await(t, "R1-L2  is among the recipients");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Second"); /* and back to it */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_type(t, "y");
	terminal_await(t, "Confirm R1-P2; reason:");
	terminal_type(t, "their desk" KEYS_ENTER);
	terminal_await_row(t, 1, "1 proposal to decide");
	program_good(&p, "list", "party", "--json", NULL); /* by the workbench, which has the case */
	assert_non_null(strstr(p.out.data, "\"chain_status\": \"confirmed\""));
	/* from the party, which is decided, to its rows */
	terminal_type(t, ":show R1-P2" KEYS_ENTER);
	terminal_await(t, "03-0000-0001");
	terminal_type(t, "C");
	terminal_await(t, "contact: confirmed");
	terminal_quit(t);
	program_release(&p);
}

/* What was decided stays under the cursor, under its new label, and the contact with it comes next; f says again what is shown. */
static void what_was_decided_stays(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-L1" KEYS_ENTER);
	terminal_await(t, "First");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_type(t, "k"); /* from the mail's line to the pivot, and to the organisation */
	terminal_type(t, "k");
	terminal_type(t, "o"); /* said before a reason is asked for */
	terminal_await_row(t, -1, "nothing was decided about 'c.example'");
	terminal_type(t, "y");
	terminal_await(t, "Confirm c.example; reason:");
	terminal_type(t, "their desk" KEYS_ENTER);
	terminal_await_row(t, 1, "1 proposal to decide");
	terminal_await(t, "on record: R1-");
	terminal_await(t, "R1-P4          c.example");
	terminal_type(t, "c");
	terminal_await_row(t, 1, "New: Contact");
	terminal_await(t, "R1-P4 c.example");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "R1-P4          c.example"); /* still */
	terminal_type(t, "f");
	terminal_await(t, "R1-P4          c.example");
	terminal_type(t, "f");
	terminal_await_gone(t, "R1-P4          c.example");
	terminal_await(t, "Partner");
	terminal_quit(t);
	program_release(&p);
}

/* A reason wider than the screen is read in full from the organisation that is decided on, not only from its own row. */
static void the_reason_is_read_in_full(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(24, 70, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-L1" KEYS_ENTER);
	terminal_await(t, "First");
	terminal_type(t, "C");
	terminal_await(t, "desk@c.example"); /* the pane of the mail's line */
	terminal_type(t, "k");
	terminal_type(t, "k");
	terminal_await(t, " 4/"); /* the organisation */
	terminal_await(t, "desk@c.example");
	terminal_quit(t);
	program_release(&p);
}

/* Which organisation it is, is completed from those on record and those proposed; people are none. */
static void the_same_organisation_is_completed(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-L1" KEYS_ENTER);
	terminal_await(t, "First");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_type(t, "=");
	terminal_await_row(t, -1, "The same organisation as");
	terminal_await(t, "Tab: R1-P1");
	terminal_type(t, "P");
	terminal_await(t, "Tab: Partner");
	assert_false(terminal_shows(t, "Point of contact"));
	terminal_type(t, KEYS_TAB);
	terminal_await_row(t, -1, "new name): Partner");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "The same organisation as Partner; reason:");
	terminal_type(t, "their second domain" KEYS_ENTER);
	terminal_await(t, "on record: R1-");
	terminal_quit(t);
	program_release(&p);
}

/* One that nobody put on record yet is made with the saying that it is the same: what a lead's publisher is called is offered. */
static void the_same_as_a_new_organisation(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	program_good(&p, "add", "lead", "title=Mails in our name", "type=spoofing_notice", "publisher=Organisation D",
	             "names=R1-P2", NULL);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-L1" KEYS_ENTER);
	terminal_await(t, "First");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "proposals to decide");
	terminal_type(t, "k");
	terminal_type(t, "k");
	terminal_type(t, "=");
	terminal_type(t, "Organisation C" KEYS_ENTER);
	terminal_await_row(t, -1, "No organisation here is called 'Organisation C'");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "The same organisation as Organisation C; reason:");
	terminal_type(t, "its imprint" KEYS_ENTER);
	terminal_await(t, "on record: R1-P4 R1-H1");
	terminal_await(t, "R1-P4          Organisation C");
	terminal_type(t, ":show R1-P2" KEYS_ENTER);
	terminal_await(t, "03-0000-0001");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "proposals to decide");
	terminal_type(t, "=");
	terminal_await(t, "Tab: Organisation D"); /* as its lead has it */
	terminal_type(t, "R1-P99" KEYS_ENTER);    /* a label is no name */
	terminal_await(t, "no organisation here is called 'R1-P99'");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	program_release(&p);
}

/* In the graph a line below the picture stands for its organisation and pivot; the picture does not. */
static void the_graph_knows_the_organisation(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_type(t, "g");
	terminal_await(t, "g or Esc goes back to the list");
	terminal_type(t, "=");
	terminal_await(t, "choose a line below the picture first; g goes back to the list");
	terminal_type(t, "G=");
	terminal_await_row(t, -1, "The same organisation as (");
	terminal_type(t, KEYS_ESCAPE "y");
	terminal_await(t, "Confirm c.example; reason:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Confirm c.example; reason:");
	terminal_quit(t);
	program_release(&p);
}

static void contact_form_and_status(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	program_good(&p, "chain", "confirm", "R1-P2", "--reason", "their desk", NULL);
	struct terminal *t = terminal_open(50, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":show R1-P2" KEYS_ENTER);
	terminal_await(t, "03-0000-0001");
	terminal_type(t, "C");
	terminal_await(t, "contact: confirmed");
	terminal_type(t, "c"); /* the form knows whom, by which number, and who approved */
	terminal_await(t, "Phone: 03-0000-0001; Safe channel: fax 03-0000-0002");
	terminal_await(t, "R1-P3");
	terminal_await(t, "R1-D1");
	terminal_await(t, "chain notice");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "contact: confirmed");
	terminal_type(t, "s");
	terminal_await(t, "inspecting");
	terminal_type(t, "not_damaged" KEYS_ENTER);
	terminal_await(t, "not_damaged needs what it rests on");
	program_good(&p, "add", "contact", "party=R1-P2", "when=2026-11-23", "direction=out", "means=phone",
	             "purpose=chain_notice", "said=it", "answer=nothing seen", "result=reached", "approved_by=R1-D1",
	             NULL);
	terminal_await(t, "contact: answered");
	terminal_type(t, ":show R1-C1" KEYS_ENTER); /* the contact names the party, which is decided */
	terminal_await(t, "nothing seen");
	terminal_type(t, "C");
	terminal_await(t, "contact: answered");
	terminal_type(t, "s");
	terminal_await(t, "inspecting");
	terminal_type(t, "not_damaged" KEYS_ENTER);
	terminal_await(t, "contact: not damaged (as they say)");
	terminal_quit(t);
	program_release(&p);
}

/* `/` goes to a row of the view, n and N go on, Esc gives n its own meaning back; what is not here is looked for in the case. */
static void words_are_looked_for_here(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "C");
	terminal_await_row(t, 1, "2 proposals to decide");
	terminal_await_row(t, 38, "1/");
	terminal_type(t, "/R1-L" KEYS_ENTER);
	terminal_await(t, "n the next place");
	terminal_await_row(t, 38, " 3/");
	terminal_type(t, "n");
	terminal_await_row(t, 38, " 6/");
	terminal_type(t, "N");
	terminal_await_row(t, 38, " 3/");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "2 proposals to decide"); /* still here */
	terminal_await_row(t, 38, "n reject");
	terminal_type(t, "n");
	terminal_await(t, "; reason:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 38, "n reject");
	terminal_type(t, "/tell the partner" KEYS_ENTER);
	terminal_await_row(t, 1, "Found");
	terminal_await(t, "R1-D1");
	terminal_quit(t);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(from_a_mail_to_the_contact),         cmocka_unit_test(what_was_decided_stays),
	    cmocka_unit_test(the_reason_is_read_in_full),         cmocka_unit_test(contact_form_and_status),
	    cmocka_unit_test(the_same_as_a_new_organisation),     cmocka_unit_test(the_graph_knows_the_organisation),
	    cmocka_unit_test(the_same_organisation_is_completed), cmocka_unit_test(words_are_looked_for_here)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
