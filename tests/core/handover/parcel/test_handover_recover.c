/* A handover that was cut short: what is on record comes to fit whether there is a copy. */
#include "case/case.h"
#include "help_copies.h"

#include "base/file/paths.h"
#include "base/worker/worker.h"
#include "handover/parcel/handover_recover.h"
#include "handover/parcel/transfer.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct handing {
	struct handover_recipient to[1];
	struct handover_copy how;
	char labels[1][LABEL_TEXT];
	char *path;
};

/* The record of it, as the command makes it before it writes the copy. */
static void begin_handover(struct handing *h, const char *path)
{
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	memset(h, 0, sizeof *h);
	h->path = strdup(path);
	identity_public_line(people[1], &line);
	ok(handover_recipients(copies[0], (const char *const[]){line.data}, 1, h->to, &err), &err);
	h->how = (struct handover_copy){.to = h->to, .count = 1};
	ok(transfer_record(copies[0], h->to, 1, NULL, "brief", h->path, h->labels, &err), &err);
	buf_release(&line);
}

static void end_handover(struct handing *h)
{
	handover_recipients_release(h->to, 1);
	free(h->path);
}

static void write_copy(struct handing *h)
{
	struct err err = ERR_INIT;
	size_t left = 0;
	ok(handover_copy(copies[0], h->path, &h->how, &left, &err), &err);
}

/* The process ended, and the case is opened by another. */
static void open_again(void)
{
	struct err err = ERR_INIT;
	char *path = strdup(case_path(copies[0]));
	ok(case_close(copies[0], &err), &err);
	copies[0] = open_copy(path, people[0]);
	free(path);
}

static void assert_settles(const char *told_of)
{
	struct err err = ERR_INIT;
	struct buf told = BUF_INIT;
	ok(handover_settle(copies[0], &told, &err), &err);
	if (told_of)
		assert_non_null(strstr(told.data, told_of));
	else
		assert_string_equal(told.data, "");
	buf_release(&told);
}

static uint64_t standing(void)
{
	return record_count(copies[0], "transfer", 0);
}

static char *beside(const char *path, const char *end)
{
	char *name = xasprintf("%s%s", path, end);
	FILE *f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	return name;
}

static void test_no_copy(void **state)
{
	(void)state;
	static const char *const parts[] = {".handover.part", ".handover.part-wal", ".0123456789ab.part",
	                                    ".handover.part.0123456789ab.part-wal"};
	struct handing h;
	begin(1);
	char *path = path_of("never");
	begin_handover(&h, path);
	char *left[4];
	for (int i = 0; i < 4; i++)
		left[i] = beside(path, parts[i]);
	char *other = beside(path, ".part-time");
	assert_int_equal(standing(), 1);
	open_again();
	assert_settles("cut short");
	assert_int_equal(standing(), 0);
	assert_field(copies[0], h.labels[0], "retract_reason", "the copy was not written");
	for (int i = 0; i < 4; i++) {
		assert_int_not_equal(access(left[i], F_OK), 0);
		free(left[i]);
	}
	assert_int_equal(access(other, F_OK), 0);
	assert_settles(NULL);
	assert_verifies(copies[0]);
	free(other);
	free(path);
	end_handover(&h);
	end(1);
}

static void test_copy_in_its_place(void **state)
{
	(void)state;
	char known[HISTORY_ID];
	for (int without_me = 0; without_me < 2; without_me++) {
		struct handing h;
		struct err err = ERR_INIT;
		begin(1);
		char *path = path_of("whole");
		begin_handover(&h, path);
		h.how.without_me = without_me;
		write_copy(&h);
		char *left = beside(path, ".handover.part");
		open_again();
		assert_settles(NULL);
		assert_int_not_equal(access(left, F_OK), 0);
		free(left);
		assert_int_equal(standing(), 1);
		ok(handover_known(copies[0], h.to[0].key, known, &err), &err);
		assert_true(history_has(case_history(copies[0]), known));
		/* the copy knows nothing of the note */
		struct case_file *copy = open_copy(path, people[1]);
		struct buf told = BUF_INIT;
		ok(handover_settle(copy, &told, &err), &err);
		assert_string_equal(told.data, "");
		assert_int_equal(record_count(copy, "transfer", 0), 1);
		ok(case_close(copy, &err), &err);
		assert_int_equal(unlink(path), 0); /* it was carried away: that is not looked at again */
		assert_settles(NULL);
		assert_int_equal(standing(), 1);
		free(path);
		end_handover(&h);
		end(1);
	}
}

/* Something else of that name is no copy. */
static void test_other_file(void **state)
{
	(void)state;
	struct handing h;
	begin(1);
	char *path = path_of("other");
	begin_handover(&h, path);
	free(beside(path, ""));
	assert_settles("cut short");
	assert_int_equal(standing(), 0);
	assert_int_equal(access(path, F_OK), 0);
	free(path);
	end_handover(&h);
	end(1);
}

static void test_stick_that_is_gone(void **state)
{
	(void)state;
	struct handing h;
	struct err err = ERR_INIT;
	begin(1);
	char *path = xasprintf("%s/no/such/folder/copy.genba", folder);
	begin_handover(&h, path);
	open_again();
	assert_settles("cannot be seen now");
	assert_int_equal(standing(), 1);
	assert_settles("cannot be seen now");
	ok(record_retract(copies[0], h.labels[0], "the stick is lost", &err), &err);
	assert_settles(NULL);
	free(path);
	end_handover(&h);
	end(1);
}

/* A colleague who bears the same name does not acknowledge what another was given. */
static void test_receipt_of_a_namesake(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct handing h;
	struct handover_recipient to[2];
	char label[LABEL_TEXT];
	begin(1);
	set(copies[0], "R1-R1", "name", "Another name"); /* the giver's, who signs with the key as ever */
	char *path = path_of("namesakes");
	begin_handover(&h, path);
	/* the third person's key, under the second one's name */
	struct buf line = BUF_INIT;
	ssh_public_line(people[2]->public_key, people[1]->name, &line);
	ok(handover_recipients(copies[0], (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_recipient both[2] = {h.to[0], to[0]};
	h.how.to = both;
	h.how.count = 2;
	write_copy(&h);
	assert_settles(NULL);
	for (int i = 2; i > 0; i--) { /* the namesake's first */
		struct buf receipt = BUF_INIT;
		struct err why = ERR_INIT;
		char *own = xasprintf("%s-%d", path, i);
		char *command = xasprintf("cp %s %s", path, own);
		assert_int_equal(system(command), 0);
		copies[i] = open_copy(own, people[i]);
		/* what was made for another's key waits for that key only; the namesake goes on by the label */
		assert_int_equal(transfer_pending(copies[i], label, &why), i == 2 ? -1 : 0);
		if (i == 1)
			assert_string_equal(label, h.labels[0]);
		why = (struct err)ERR_INIT;
		ok(transfer_accept(copies[i], h.labels[0], NULL, 0, "", NULL, &receipt, &err), &err);
		char known[HISTORY_ID];
		ok(handover_known(copies[i], people[0]->public_key, known, &err), &err);
		int rc = transfer_import_receipt(copies[0], receipt.data, receipt.len, label, &why);
		assert_int_equal(rc, i == 2 ? -1 : 0);
		if (i == 2)
			assert_non_null(strstr(why.message, "not signed by whom"));
		ok(case_close(copies[i], &err), &err);
		buf_release(&receipt);
		free(command);
		free(own);
	}
	handover_recipients_release(to, 1);
	buf_release(&line);
	free(path);
	end_handover(&h);
	end(1);
}

/* A handover of before the key went on record waits for whoever is called as its recipient, and its receipt is taken. */
static void test_handover_of_before(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct handing h;
	struct buf receipt = BUF_INIT;
	struct assign none = {"to_responder", ""};
	char label[LABEL_TEXT];
	begin(1);
	char *path = path_of("before");
	begin_handover(&h, path);
	struct action *a = action_begin(copies[0], "set", &err);
	assert_non_null(a);
	ok(action_set(a, h.labels[0], &none, 1, RECORD_MACHINE, &err), &err);
	ok(action_commit(a, &err), &err);
	write_copy(&h);
	struct case_file *copy = open_copy(path, people[1]);
	ok(transfer_pending(copy, label, &err), &err);
	assert_string_equal(label, h.labels[0]);
	ok(transfer_accept(copy, label, NULL, 0, "", NULL, &receipt, &err), &err);
	ok(transfer_import_receipt(copies[0], receipt.data, receipt.len, label, &err), &err);
	ok(case_close(copy, &err), &err);
	buf_release(&receipt);
	free(path);
	end_handover(&h);
	end(1);
}

/* Copies that are made and go leave no header behind, and push none out: the case's own is what salvage may need. */
static void test_header_is_kept(void **state)
{
	(void)state;
	struct buf name = BUF_INIT;
	begin(2);
	buf_addhex(&name, vault_file_id(case_vault(copies[0])), VAULT_ID);
	char *home = path_data_home();
	char *kept = xasprintf("%s/header/%s-%s", home, case_id(copies[0]), name.data);
	char *count = xasprintf("test $(ls '%s/header' | grep -c '^%s') = 2", home, case_id(copies[0]));
	assert_int_equal(access(kept, F_OK), 0);
	for (int i = 0; i < 9; i++) {
		struct handing h;
		char *path = path_of("again");
		begin_handover(&h, path);
		write_copy(&h);
		end_handover(&h);
		free(path);
	}
	assert_int_equal(access(kept, F_OK), 0);
	assert_int_equal(system(count), 0); /* those of both copies that were opened */
	free(count);
	free(kept);
	free(home);
	buf_release(&name);
	end(2);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_copy),
	    cmocka_unit_test(test_copy_in_its_place),
	    cmocka_unit_test(test_other_file),
	    cmocka_unit_test(test_stick_that_is_gone),
	    cmocka_unit_test(test_receipt_of_a_namesake),
	    cmocka_unit_test(test_handover_of_before),
	    cmocka_unit_test(test_header_is_kept),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
