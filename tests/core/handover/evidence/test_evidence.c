/* Evidence of every form beside a handover, there and back: digests equal, verified where it came to, on the receipt. */
#include "help_copies.h"

#include "case/care/verify.h"
#include "evidence/capture/capture.h"
#include "evidence/image/ewf.h"
#include "evidence/image/image_log.h"
#include "evidence/preserve.h"
#include "handover/evidence/evidence_check.h"
#include "handover/evidence/evidence_copy.h"
#include "handover/parcel/transfer.h"
#include "handover/parcel/unpack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t mib = 1U << 20;
static char work[256]; /* of this test, below the folder of all */

static char *in_work(const char *name)
{
	return xasprintf("%s/%s", work, name);
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	struct buf command = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addf(&command, "cd %s && ", work);
	buf_addv(&command, format, args);
	va_end(args);
	assert_int_equal(system(command.data), 0);
	buf_release(&command);
}

static void begin_work(const char *name)
{
	snprintf(work, sizeof work, "%s/%s", folder, name);
	assert_int_equal(mkdir(work, 0700), 0);
	begin(1);
}

static void preserve(const char *path, enum evidence_form form, uint64_t split, const char *label)
{
	struct err err = ERR_INIT;
	struct preserved p;
	char *whole = in_work(path);
	char *to = in_work("copies");
	struct preserve_options o = {.form = form, .to_dir = to, .split = split};
	ok(evidence_preserve(copies[0], whole, &o, &p, &err), &err);
	assert_string_equal(p.label, label);
	assert_true(p.complete);
	preserved_release(&p);
	free(to);
	free(whole);
}

static void capture(uint64_t limit, const char *label)
{
	struct err err = ERR_INIT;
	struct preserved p;
	char *argv[] = {"seq", "1", "2000", NULL};
	struct capture_options o = {.argv = argv, .limit = limit};
	ok(evidence_capture(copies[0], &o, &p, &err), &err);
	assert_string_equal(p.label, label);
	preserved_release(&p);
}

/* What this test hands over. */
#define ITEMS 13
static const char *const came[ITEMS] = {"raw", "folder", "folder", "raw",  "raw",    "sealed", "sealed",
                                        "ewf", "parts",  "ewf",    "case", "sealed", ""};

static void preserve_all(void)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign physical[] = {{"title", "the laptop"}, {"form", "physical"}, {"type", "device"}};
	shell("head -c 5000000 /dev/urandom >disk; seq 1 99999 >'mail of x.eml'; mkdir -p d/sub/empty copies; echo a "
	      ">d/a; "
	      "printf x >\"$(printf 'd/sub/new\\nline')\"; ln -s a d/link; split -b 2000000 -d -a 3 "
	      "--numeric-suffixes=1 disk theirs.");
	preserve("mail of x.eml", EVIDENCE_HASH, 0, "R1-E1");
	preserve("d", EVIDENCE_HASH, 0, "R1-E2");
	preserve("d", EVIDENCE_RAW, 0, "R1-E3");
	preserve("disk", EVIDENCE_RAW, 0, "R1-E4");
	preserve("disk", EVIDENCE_RAW, 2 * mib, "R1-E5");
	preserve("disk", EVIDENCE_SEALED, 0, "R1-E6");
	preserve("disk", EVIDENCE_SEALED, 2 * mib, "R1-E7");
	preserve("disk", EVIDENCE_EWF, 2 * mib, "R1-E8");
	preserve("theirs.001", EVIDENCE_HASH, 0, "R1-E9");
	shell("mkdir image && for i in 1 2 3; do cp copies/disk.E0$i image/that.E0$i; done");
	preserve("image/that.E01", EVIDENCE_HASH, 0, "R1-E10");
	capture(0, "R1-E11");
	capture(100, "R1-E12");
	ok(record_add(copies[0], "evidence", physical, 3, RECORD_MACHINE, label, &err), &err);
}

struct said {
	struct buf lines;
};

static void say(void *ctx, const char *label, const char *text)
{
	struct said *s = ctx;
	buf_addf(&s->lines, "%s: %s\n", label, text);
}

static const char *const keys[] = {"R1-E6", "R1-E7", "R1-E12", NULL};

static struct evidence_copied copy_all(struct case_file *c, const char *to, const char *const *secrets,
                                       struct said *said)
{
	struct err err = ERR_INIT;
	struct evidence_copied copied;
	struct evidence_copying how = {.folder = to, .secrets = secrets, .say = say, .ctx = said};
	buf_init(&said->lines);
	ok(evidence_copy_all(c, &how, &copied, &err), &err);
	return copied;
}

/* Hands `from` over to a person, with the evidence in `beside`; the copy is opened as theirs. */
static struct case_file *hand_over(struct case_file *from, const char *items, size_t person)
{
	struct err err = ERR_INIT;
	struct handover_recipient to[1];
	char labels[1][LABEL_TEXT];
	struct buf line = BUF_INIT;
	size_t left = 0;
	char *path = path_of("handed");
	identity_public_line(people[person], &line);
	ok(handover_recipients(from, (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = 1, .secrets = keys};
	ok(transfer_record(from, to, 1, items, "", path, labels, &err), &err);
	ok(handover_copy(from, path, &how, &left, &err), &err);
	struct case_file *c = open_copy(path, people[person]);
	handover_recipients_release(to, 1);
	buf_release(&line);
	free(path);
	return c;
}

static void no_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	fail_msg("%s: %s", part, text);
}

/* Accepts with what lies in `beside`; the receipt is appended. */
static struct evidence_checked check(struct case_file *c, const char *beside)
{
	struct err err = ERR_INIT;
	struct evidence_checked checked;
	ok(evidence_check_all(c, beside, NULL, &checked, &err), &err);
	return checked;
}

static void accept(struct case_file *c, const struct evidence_checked *checked, struct buf *receipt)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	ok(transfer_pending(c, label, &err), &err);
	ok(transfer_accept(c, label, checked->items, checked->count, checked->missing.english.data, checked->places,
	                   receipt, &err),
	   &err);
}

static void is_whole(struct case_file *c, const char *beside, struct buf *receipt)
{
	struct err err = ERR_INIT;
	struct evidence_report report;
	struct evidence_checked checked = check(c, beside);
	assert_int_equal(checked.count, ITEMS);
	for (size_t i = 0; i < ITEMS; i++) {
		if (strcmp(checked.items[i].came, came[i]) != 0 ||
		    strcmp(checked.items[i].result, *came[i] ? "same" : "not_checked") != 0)
			fail_msg("%s came as '%s', %s: %s", checked.items[i].label, checked.items[i].came,
			         checked.items[i].result, checked.missing.shown.data);
	}
	accept(c, &checked, receipt);
	for (size_t i = 0; i < ITEMS; i++)
		if (*came[i]) {
			char *line = xasprintf("\"came\":\"%s\",\"label\":\"%s\",\"result\":\"same\"", came[i],
			                       checked.items[i].label);
			struct buf tight = BUF_INIT; /* without the white space of the canonical form */
			for (const char *p = receipt->data; *p; p++)
				if (*p != ' ' && *p != '\n')
					buf_addc(&tight, *p);
			if (!strstr(tight.data, line))
				fail_msg("the receipt does not say %s: %s", line, receipt->data);
			buf_release(&tight);
			free(line);
		}
	ok(evidence_verify(c, 0, NULL, no_finding, NULL, &report, &err), &err);
	assert_int_equal(report.checked, ITEMS - 1);
	assert_int_equal(report.unreadable, 1); /* the laptop */
	evidence_checked_release(&checked);
}

static void every_form_there_and_back(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct said said;
	char label[LABEL_TEXT];
	begin_work("forms");
	preserve_all();
	char *there = in_work("there");
	char *back = in_work("back");
	struct evidence_copied copied = copy_all(copies[0], there, keys, &said);
	assert_string_equal(copied.labels.data, "R1-E1,R1-E2,R1-E3,R1-E4,R1-E5,R1-E6,R1-E7,R1-E8,R1-E9,R1-E10,R1-E12");
	assert_int_equal(copied.missing, 0);
	assert_string_equal(said.lines.data, "R1-E13: no bytes to take along\n");
	/* each in its form, byte by byte */
	shell("cmp there/R1-E1-mail-of-x.eml 'mail of x.eml' && diff -r --no-dereference d there/R1-E2-d && "
	      "cmp copies/disk.2.001 there/R1-E5-disk.2.001 && cmp copies/disk.2.gev.002 there/R1-E7-disk-2.gev.002 && "
	      "cmp copies/disk.E03 there/R1-E8-disk.E03 && cmp theirs.003 there/R1-E9-theirs.003 && "
	      "cmp image/that.E02 there/R1-E10-that.E02 && test -d there/R1-E2-d/sub/empty");
	/* an attempt before does no harm */
	struct said again;
	struct evidence_copied twice = copy_all(copies[0], there, keys, &again);
	assert_string_equal(twice.labels.data, copied.labels.data);
	struct case_file *theirs = hand_over(copies[0], copied.labels.data, 1);
	/* the recipient has no other disk than this */
	shell("mkdir away && mv disk d theirs.0* image copies 'mail of x.eml' away/");
	struct buf receipt = BUF_INIT;
	is_whole(theirs, there, &receipt);
	ok(transfer_import_receipt(copies[0], receipt.data, receipt.len, label, &err), &err);
	/* and back, from where it lies there */
	struct said said_back;
	struct evidence_copied copied_back = copy_all(theirs, back, keys, &said_back);
	assert_string_equal(copied_back.labels.data, copied.labels.data);
	assert_int_equal(copied_back.missing, 0);
	shell("diff -r --no-dereference there back");
	struct case_file *ours = hand_over(theirs, copied_back.labels.data, 0);
	shell("mv there away/");
	buf_clear(&receipt);
	is_whole(ours, back, &receipt);
	for (size_t i = 1; i <= ITEMS; i++) {
		snprintf(label, sizeof label, "R1-E%zu", i);
		json_t *a = record_get(copies[0], label, 0, &err);
		json_t *b = record_get(ours, label, 0, &err);
		const char *digest = json_get_string(a, "sha256");
		assert_string_equal(digest ? digest : "",
		                    json_get_string(b, "sha256") ? json_get_string(b, "sha256") : "");
		json_decref(a);
		json_decref(b);
	}
	ok(case_close(ours, &err), &err);
	ok(case_close(theirs, &err), &err);
	end(1);
	buf_release(&receipt);
	buf_release(&copied.labels);
	buf_release(&copied_back.labels);
	buf_release(&twice.labels);
	buf_release(&said.lines);
	buf_release(&again.lines);
	buf_release(&said_back.lines);
	free(there);
	free(back);
}

static const struct transfer_item *item_of(const struct evidence_checked *checked, const char *label)
{
	for (size_t i = 0; i < checked->count; i++)
		if (strcmp(checked->items[i].label, label) == 0)
			return &checked->items[i];
	fail_msg("no %s", label);
	return NULL;
}

/* Each is altered on the way and named; the others are not. */
static void what_was_altered_on_the_way_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		const char *file;
	} alterations[] = {
	    {"R1-E1", "R1-E1-mail-of-x.eml"},  {"R1-E2", "R1-E2-d/a"},        {"R1-E3", "R1-E3-d/a"},
	    {"R1-E4", "R1-E4-disk"},           {"R1-E5", "R1-E5-disk.2.002"}, {"R1-E6", "R1-E6-disk.gev"},
	    {"R1-E7", "R1-E7-disk-2.gev.002"}, {"R1-E8", "R1-E8-disk.E02"},   {"R1-E9", "R1-E9-theirs.002"},
	    {"R1-E10", "R1-E10-that.E02"},     {"R1-E12", "R1-E12-seq.gev"},
	};
	struct err err = ERR_INIT;
	struct said said;
	begin_work("altered");
	preserve_all();
	char *there = in_work("there");
	struct evidence_copied copied = copy_all(copies[0], there, keys, &said);
	struct case_file *theirs = hand_over(copies[0], copied.labels.data, 1);
	shell("mkdir away && mv disk d theirs.0* image copies away/; ls there >names");
	for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
		const char *file = alterations[i].file;
		if (strncmp(alterations[i].label, "R1-E12", 6) == 0) /* its name is the program's */
			shell("cp there/R1-E12-* keep && for f in there/R1-E12-*; do truncate -s -50 $f; done");
		else
			shell("cp -p there/%s keep && printf '\\377\\000\\377' | dd of=there/%s bs=1 seek=$(($(stat -c "
			      "%%s "
			      "there/%s) / 2)) conv=notrunc 2>/dev/null",
			      file, file, file);
		struct evidence_checked checked = check(theirs, there);
		for (size_t k = 0; k < checked.count; k++) {
			int altered = strcmp(checked.items[k].label, alterations[i].label) == 0;
			if (strcmp(checked.items[k].result, altered                  ? "different"
			                                    : *checked.items[k].came ? "same"
			                                                             : "not_checked") != 0)
				fail_msg("%s altered: %s is %s\n%s", file, checked.items[k].label,
				         checked.items[k].result, checked.missing.shown.data);
		}
		evidence_checked_release(&checked);
		if (strncmp(alterations[i].label, "R1-E12", 6) == 0)
			shell("cp keep there/R1-E12-*");
		else
			shell("cp -p keep there/%s", file);
	}
	/* one of a folder's files is not let to be read: who sent it is not accused */
	uid_t self = geteuid();
	shell("chmod a+rx .. . there there/R1-E3-d && chmod 0 there/R1-E3-d/a");
	assert_true(self != 0 || seteuid(65534) == 0);
	struct evidence_checked checked = check(theirs, there);
	assert_int_equal(seteuid(self), 0);
	assert_string_equal(item_of(&checked, "R1-E3")->came, "folder");
	assert_string_equal(item_of(&checked, "R1-E3")->result, "not_checked");
	assert_non_null(strstr(checked.missing.shown.data, "  a: cannot open 'a': Permission denied\n"));
	evidence_checked_release(&checked);
	/* gone, and renamed */
	shell("rm -r there/R1-E2-d; mv there/R1-E4-disk there/other");
	checked = check(theirs, there);
	assert_string_equal(item_of(&checked, "R1-E2")->came, "");
	assert_string_equal(item_of(&checked, "R1-E4")->result, "same");
	assert_non_null(strstr(checked.missing.shown.data, "R1-E2: its bytes are not here\n"));
	assert_null(strstr(checked.missing.shown.data, "not all could be read"));
	evidence_checked_release(&checked);
	/* far below, where it is found; and where it cannot be looked for, which is said */
	shell("d=there/$(printf 'f/%%.0s' $(seq 30)); mkdir -p $d && mv there/other $d && mkdir there/shut && touch "
	      "there/shut/x && chmod 0 there/shut/x there/shut && chmod -R a+rX there/f");
	assert_true(self != 0 || seteuid(65534) == 0);
	checked = check(theirs, there);
	assert_int_equal(seteuid(self), 0);
	assert_string_equal(item_of(&checked, "R1-E4")->result, "same");
	char *unread = xasprintf("R1-E2: its bytes are not here\n  of what lies here, not all could be read (1), the "
	                         "first: cannot read '%s/shut': Permission denied\n",
	                         there);
	assert_non_null(strstr(checked.missing.shown.data, unread));
	free(unread);
	evidence_checked_release(&checked);
	shell("chmod 700 there/shut && mv there/f/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/other "
	      "there && rm -r there/f "
	      "there/shut");
	shell("rm there/other");
	checked = check(theirs, there);
	assert_non_null(strstr(checked.missing.shown.data, "R1-E2, R1-E4: their bytes are not here"));
	evidence_checked_release(&checked);
	ok(case_close(theirs, &err), &err);
	end(1);
	buf_release(&copied.labels);
	buf_release(&said.lines);
	free(there);
}

/* Cancels as soon as something that is called so is in hand. */
struct cancelling {
	const char *at;
	size_t seen;
};

static int cancel_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct cancelling *k = ctx;
	(void)done;
	(void)total;
	k->seen += strstr(what, k->at) != NULL;
	return k->seen > 0;
}

/* In the comparison of each form, in the second reading of what differs, and in the search for what was renamed: whoever
 * cancels has found nothing out, and nobody is accused. */
static void a_check_can_be_cancelled(void **state)
{
	(void)state;
	static const struct {
		const char *at;
		const char *label; /* in hand then */
	} places[] = {
	    {"R1-E1", "R1-E1"},
	    {"R1-E5", "R1-E5"},
	    {"R1-E6", "R1-E6"},
	    {"R1-E8", "R1-E8"},
	    {"R1-E10", "R1-E10"},
	    {"/R1-E4-disk", "R1-E4"},
	    {"/R1-E5-disk.2.002", "R1-E5"},
	    {"/R1-E6-disk.gev", "R1-E6"},
	    {"/other", NULL},
	};
	struct err err = ERR_INIT;
	struct said said;
	begin_work("cancelled");
	preserve_all();
	char *there = in_work("there");
	struct evidence_copied copied = copy_all(copies[0], there, keys, &said);
	struct case_file *theirs = hand_over(copies[0], copied.labels.data, 1);
	shell("mkdir away && mv disk d theirs.0* image copies away/ && mv there/R1-E9-theirs.001 there/other && rm "
	      "there/R1-E9-*; for f in R1-E4-disk R1-E5-disk.2.002 R1-E6-disk.gev; do printf x | dd of=there/$f bs=1 "
	      "seek=1500000 conv=notrunc 2>/dev/null; done");
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct cancelling cancelling = {places[i].at, 0};
		struct progress progress = {cancel_at, &cancelling};
		struct evidence_checked checked;
		err_clear(&err);
		int rc = evidence_check_all(theirs, there, &progress, &checked, &err);
		if (rc != -1 || err.code != ERR_CANCELLED || cancelling.seen != 1)
			fail_msg("cancelled at %s, seen %zu times: %d, %s", places[i].at, cancelling.seen, rc,
			         err.message);
		assert_true(checked.count > 0);
		const struct transfer_item *last = &checked.items[checked.count - 1];
		if (places[i].label) {
			assert_string_equal(last->label, places[i].label);
			assert_string_equal(last->result, "not_checked");
			assert_null(json_object_get(checked.places, places[i].label));
		}
		/* of those before it stays said what was found out */
		if (strcmp(places[i].at, "R1-E5") == 0)
			assert_string_equal(item_of(&checked, "R1-E4")->result, "different");
		evidence_checked_release(&checked);
	}
	/* and nothing is left of it: the next check sees all */
	struct evidence_checked checked = check(theirs, there);
	assert_string_equal(item_of(&checked, "R1-E1")->result, "same");
	assert_string_equal(item_of(&checked, "R1-E4")->result, "different");
	assert_string_equal(item_of(&checked, "R1-E8")->result, "same");
	evidence_checked_release(&checked);
	ok(case_close(theirs, &err), &err);
	end(1);
	buf_release(&copied.labels);
	buf_release(&said.lines);
	free(there);
}

static void what_cannot_go_along_is_said(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct said said;
	begin_work("left");
	preserve_all();
	shell("echo changed >d/a; echo more >>'mail of x.eml'; rm copies/disk.E02; printf x >>theirs.003");
	char *there = in_work("there");
	struct evidence_copied copied = copy_all(copies[0], there, NULL, &said);
	assert_string_equal(copied.labels.data, "R1-E3,R1-E4,R1-E5,R1-E6,R1-E7,R1-E10,R1-E12");
	assert_int_equal(copied.missing, 4);
	for (size_t i = 0; i < 4; i++) {
		static const char *const left[] = {"R1-E1: ", "R1-E2: ", "R1-E8: ", "R1-E9: "};
		assert_non_null(strstr(said.lines.data, left[i]));
	}
	/* nothing of what was left behind lies there */
	shell("! ls there | grep -E '^R1-E(1|2|8|9)-'");
	assert_non_null(strstr(said.lines.data, "R1-E6: the container goes along, its key does not"));
	/* without their keys, containers are there and not checked */
	struct case_file *theirs = hand_over(copies[0], copied.labels.data, 1);
	struct assign none[] = {{"container_key", ""}};
	ok(record_set(theirs, "R1-E6", none, 1, RECORD_MACHINE, &err), &err);
	struct evidence_checked checked = check(theirs, there);
	assert_string_equal(item_of(&checked, "R1-E6")->came, "sealed");
	assert_string_equal(item_of(&checked, "R1-E6")->result, "not_checked");
	assert_string_equal(item_of(&checked, "R1-E7")->result, "same");
	assert_non_null(strstr(checked.missing.shown.data, "R1-E6: its container is here, but not its key"));
	evidence_checked_release(&checked);
	ok(case_close(theirs, &err), &err);
	end(1);
	buf_release(&copied.labels);
	buf_release(&said.lines);
	free(there);
}

static void names_are_harmless(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		const char *path;
		const char *name; /* NULL: refused */
	} names[] = {
	    {"R1-E1", "/x/disk.E01", "R1-E1-disk.E01"},
	    {"R1-E1", "/x/a b.tar.gz", "R1-E1-a-b-tar.gz"},
	    {"R1-E1", "/x/..", "R1-E1-evidence"},
	    {"R1-E1", "/x/.bashrc", "R1-E1-bashrc"},
	    {"R1-E1", "/x/%bytes:%1B%5B2J.txt", "R1-E1-bytes-1B-5B2J.txt"},
	    {"R1-E1", "/x/証拠.dd", "R1-E1-evidence.dd"},
	    {"R1-E1", "/x/folder/", "R1-E1-folder"},
	    {"R1-E1", "relative", NULL},
	    {"../../.config/autostart/x", "/x/disk", NULL},
	    {"..", "/x/disk", NULL},
	    {"", "/x/disk", NULL},
	    {"R1/E1", "/x/disk", NULL},
	    {"-rf", "/x/disk", NULL},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct err err = ERR_INIT;
		json_t *record =
		    json_pack("{s:s, s:s, s:s}", "label", names[i].label, "form", "raw", "copy_path", names[i].path);
		char *name = evidence_copy_name(record, &err);
		if (names[i].name)
			assert_string_equal(name, names[i].name);
		else
			assert_null(name);
		free(name);
		json_decref(record);
	}
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, &image_log_job, &unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_there_and_back), cmocka_unit_test(what_was_altered_on_the_way_is_named),
	    cmocka_unit_test(a_check_can_be_cancelled),  cmocka_unit_test(what_cannot_go_along_is_said),
	    cmocka_unit_test(names_are_harmless),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
