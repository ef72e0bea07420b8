/* Directory trees: every entry a line, hostile names kept, nothing skipped in silence. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/acquire/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* What a comparison finds, a line each. */
struct findings {
	struct buf text;
	size_t count;
	size_t unread; /* of them */
};

static void find(void *ctx, const char *path, const struct remark *what, int unread)
{
	struct findings *f = ctx;
	f->unread += unread != 0;
	buf_addf(&f->text, "%s: %s\n", path, what->shown.data);
	f->count++;
}

static void compare(const char *manifest, const char *root, struct findings *found, int *reread)
{
	struct err err = ERR_INIT;
	struct tree_comparing how = {.finding = find, .ctx = found};
	assert_ok(tree_verify(manifest, root, &how, reread, &err), err);
}

static void make_tree(const char *root)
{
	char path[4096];
	mkdir(root, 0755);
	snprintf(path, sizeof path, "%s/sub", root);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/sub/deep", root);
	mkdir(path, 0700);
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof path, "%s/sub/f%03d", root, i);
		make_file(path, (size_t)i * 37, (uint64_t)i);
	}
	snprintf(path, sizeof path, "%s/with\nnewline\ttab %%41", root);
	write_text(path, "a");
	snprintf(path, sizeof path, "%s/\xff\xfe invalid \x1b[31m", root);
	write_text(path, "b");
	snprintf(path, sizeof path, "%s/fifo", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof path, "%s/link", root);
	assert_int_equal(symlink("/etc/passwd\nx", path), 0);
	snprintf(path, sizeof path, "%s/loop", root);
	assert_int_equal(symlink(".", path), 0);
	snprintf(path, sizeof path, "%s/sub/deep/empty", root);
	write_text(path, "");
}

static const char *line_of(const struct manifest *m, char type, const char *path)
{
	static char line[8192];
	struct manifest_entry e;
	int more;
	for (const char *p = m->text.data; (more = manifest_next(&p, &e)) == 1; buf_release(&e.path))
		if (e.type == type && strcmp(e.path.data, path) == 0) {
			snprintf(line, sizeof line, "%.*s", (int)e.length, e.line);
			buf_release(&e.path);
			return line;
		}
	assert_int_equal(more, 0);
	return NULL;
}

static void every_entry_is_a_line(void **state)
{
	(void)state;
	const char *root = scratch_path("tree");
	struct manifest m;
	struct err err = ERR_INIT;
	make_tree(root);
	manifest_init(&m);
	struct tree_options options = {.copy_to = NULL};
	assert_ok(tree_make(&m, root, &options, &err), err);
	assert_int_equal(m.failed, 0);
	assert_int_equal(m.files, 203);
	/* the paths are walked in the order of their bytes, whoever hashed first */
	char before[64] = "";
	struct manifest_entry e;
	int entries = 0;
	for (const char *p = m.text.data; manifest_next(&p, &e) == 1; buf_release(&e.path), entries++)
		if (strncmp(e.path.data, "sub/f", 5) == 0) {
			assert_true(strcmp(before, e.path.data) < 0);
			snprintf(before, sizeof before, "%s", e.path.data);
		}
	assert_int_equal(entries, 203 + 2 + 2 + 1);
	assert_non_null(line_of(&m, 'f', "with\nnewline\ttab %41"));
	assert_non_null(line_of(&m, 'f', "\xff\xfe invalid \x1b[31m"));
	assert_non_null(strstr(line_of(&m, 'o', "fifo"), "\tfifo\n"));
	assert_non_null(strstr(line_of(&m, 'l', "link"), "\t/etc/passwd%0Ax\n"));
	assert_non_null(line_of(&m, 'l', "loop"));
	assert_non_null(line_of(&m, 'd', "sub/deep"));
	unsigned char bytes[37 * 5];
	char sha256[65];
	fill(bytes, sizeof bytes, 5);
	sha256_text_of(bytes, sizeof bytes, sha256);
	assert_non_null(strstr(line_of(&m, 'f', "sub/f005"), sha256));
	manifest_release(&m);
}

static void a_copy_is_the_same_and_damage_is_named(void **state)
{
	(void)state;
	struct manifest m;
	struct err err = ERR_INIT;
	const char *root = scratch_path("tree");
	const char *copy = scratch_path("tree-copy");
	mkdir(copy, 0700);
	manifest_init(&m);
	struct tree_options options = {.copy_to = copy};
	assert_ok(tree_make(&m, root, &options, &err), err);
	struct findings found = {BUF_INIT, 0, 0};
	int reread = -1;
	compare(m.text.data, copy, &found, &reread);
	assert_int_equal(found.count, 0);
	assert_true(reread == 0 || reread == 1);
	/* the same length, another byte; a missing file; a link in the place of a file */
	char path[4096];
	snprintf(path, sizeof path, "%s/sub/f100", copy);
	make_file(path, 3700, 101);
	snprintf(path, sizeof path, "%s/sub/f101", copy);
	unlink(path);
	snprintf(path, sizeof path, "%s/sub/f102", copy);
	unlink(path);
	assert_int_equal(symlink("f103", path), 0);
	compare(m.text.data, copy, &found, NULL);
	assert_string_equal(found.text.data, "sub/f100: its content is not what was preserved\n"
	                                     "sub/f101: it is gone\n"
	                                     "sub/f102: it is a link, and was a file\n");
	buf_release(&found.text);
	manifest_release(&m);
}

static void attributes_are_kept(void **state)
{
	(void)state;
	const char *root = scratch_path("attributes");
	char path[4096];
	mkdir(root, 0755);
	snprintf(path, sizeof path, "%s/file", root);
	write_text(path, "x");
	if (setxattr(path, "user.origin", "a b\0%\n", 6, 0) < 0) {
		print_message("skipped: this file system has no user attributes\n");
		skip();
	}
	struct manifest m;
	struct err err = ERR_INIT;
	manifest_init(&m);
	struct tree_options options = {.copy_to = NULL};
	assert_ok(tree_make(&m, root, &options, &err), err);
	assert_string_equal(line_of(&m, 'x', "file"), "x\tuser.origin\ta%20b%00%25%0A\tfile\n");
	manifest_release(&m);
}

/* As an ordinary user: what may not be read is a line with the reason, and the rest is read. */
static void permission_denied_in_the_middle(void **state)
{
	(void)state;
	const char *root = scratch_path("denied");
	char path[4096];
	make_tree(root);
	snprintf(path, sizeof path, "%s/sub/f050", root);
	chmod(path, 0);
	snprintf(path, sizeof path, "%s/sub/deep", root);
	chmod(path, 0);
	chmod(scratch_path(""), 0755);
	pid_t child = fork();
	if (child == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(9);
		struct manifest m;
		struct err err = ERR_INIT;
		manifest_init(&m);
		struct tree_options options = {.copy_to = NULL};
		int rc = tree_make(&m, root, &options, &err);
		int good = rc == 0 && m.failed == 2 && m.files == 201 && line_of(&m, '!', "sub/f050") &&
		           line_of(&m, '!', "sub/deep") && line_of(&m, 'd', "sub/deep") &&
		           line_of(&m, 'f', "sub/f051") && strstr(m.unread.english.data, "Permission denied");
		manifest_release(&m);
		_exit(good ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	snprintf(path, sizeof path, "%s/sub/deep", root);
	chmod(path, 0700);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* … and a comparison that is not let in says so, and not that anything is other than it was. */
static void what_may_not_be_read_is_not_called_other(void **state)
{
	(void)state;
	const char *root = scratch_path("shut");
	char file[4096];
	char folder[4096];
	struct manifest m;
	struct err err = ERR_INIT;
	make_tree(root);
	manifest_init(&m);
	struct tree_options options = {.copy_to = NULL};
	assert_ok(tree_make(&m, root, &options, &err), err);
	snprintf(file, sizeof file, "%s/sub/f050", root);
	snprintf(folder, sizeof folder, "%s/sub/deep", root);
	chmod(file, 0);
	chmod(folder, 0);
	chmod(scratch_path(""), 0755);
	struct findings found = {BUF_INIT, 0, 0};
	uid_t self = geteuid();
	assert_true(self != 0 || seteuid(65534) == 0);
	compare(m.text.data, root, &found, NULL);
	assert_string_equal(found.text.data, "sub/deep: Permission denied\n"
	                                     "sub/f050: cannot open 'f050': Permission denied\n");
	assert_int_equal(found.unread, 2);
	/* in the list of its names, a folder is not let in to what they are */
	assert_int_equal(seteuid(self), 0);
	chmod(folder, 0700);
	snprintf(folder, sizeof folder, "%s/sub", root);
	chmod(folder, 0444); /* its owner is not let in either */
	buf_clear(&found.text);
	found.count = found.unread = 0;
	assert_true(self != 0 || seteuid(65534) == 0);
	compare(m.text.data, root, &found, NULL);
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(found.count, 201);
	assert_int_equal(found.unread, 201);
	assert_null(strstr(found.text.data, "gone"));
	chmod(folder, 0755);
	buf_release(&found.text);
	manifest_release(&m);
}

/* ---- interrupted, and gone on with */

struct stopping {
	uint64_t at;
	uint64_t seen;
};

static int stop_after(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct stopping *s = ctx;
	(void)what;
	(void)done;
	(void)total;
	return ++s->seen >= s->at;
}

static void goes_on_with_a_tree(void **state)
{
	(void)state;
	const char *root = scratch_path("tree");
	const char *copy = scratch_path("tree-again");
	struct manifest first;
	struct manifest second;
	struct manifest straight;
	struct err err = ERR_INIT;
	mkdir(copy, 0700);
	manifest_init(&first);
	manifest_init(&second);
	manifest_init(&straight);
	struct stopping stopping = {5, 0};
	struct progress progress = {stop_after, &stopping};
	struct tree_options options = {.copy_to = copy, .progress = &progress};
	assert_ok(tree_make(&first, root, &options, &err), err);
	assert_true(first.interrupted);
	assert_true(first.files > 0 && first.files < 203);
	/* meanwhile one of those that were done changes */
	char path[4096];
	snprintf(path, sizeof path, "%s/sub/f002", root);
	make_file(path, 74, 999);
	struct tree_options going_on = {.copy_to = copy, .before = first.text.data};
	assert_ok(tree_make(&second, root, &going_on, &err), err);
	assert_false(second.interrupted);
	struct tree_options plain = {.copy_to = NULL};
	assert_ok(tree_make(&straight, root, &plain, &err), err);
	assert_string_equal(second.text.data, straight.text.data);
	struct findings found = {BUF_INIT, 0, 0};
	compare(second.text.data, copy, &found, NULL);
	assert_int_equal(found.count, 0);
	manifest_release(&first);
	manifest_release(&second);
	manifest_release(&straight);
}

static void wrong_lines_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "q\tx\n",
	    "f\t1\t644\t0:0\t0.0\n",
	    "f\t-1\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\tx\n",
	    "f\t1\t644\t0:0\t0.0\tba78\tx\n",
	    "f\t1\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015aD\tx\n",
	    "f\t1\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\t\n",
	    "f\t1\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\t%zz\n",
	    "ff\t1\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\tx\n",
	    "!\treason\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct manifest_entry e;
		const char *p = bad[i];
		if (manifest_next(&p, &e) != -1)
			fail_msg("accepted: %s", bad[i]);
	}
	/* a path that leads out is never opened */
	struct findings found = {BUF_INIT, 0, 0};
	write_text(scratch_path("outside"), "abc");
	mkdir(scratch_path("root"), 0700);
	compare(
	    "f\t3\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\t../outside\n"
	    "f\t3\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\t/etc/passwd\n"
	    "f\t3\t644\t0:0\t0.0\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\ta/../../outside\n",
	    scratch_path("root"), &found, NULL);
	assert_string_equal(found.text.data,
	                    "../outside: it is gone\n/etc/passwd: it is gone\na/../../outside: it is gone\n");
	buf_release(&found.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_entry_is_a_line),
	    cmocka_unit_test(a_copy_is_the_same_and_damage_is_named),
	    cmocka_unit_test(attributes_are_kept),
	    cmocka_unit_test(permission_denied_in_the_middle),
	    cmocka_unit_test(what_may_not_be_read_is_not_called_other),
	    cmocka_unit_test(goes_on_with_a_tree),
	    cmocka_unit_test(wrong_lines_are_refused),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
