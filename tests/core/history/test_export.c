/* Stock git reads what is exported; nothing of the machine's git configuration is opened. */
#include "help_history.h"

#include "base/progress.h"

#include <sys/stat.h>
#include <unistd.h>

#define A "asset/0/f/3/0f3a0000-0000-4000-8000-000000000001.json"
#define B "note/a/1/2/a12a0000-0000-4000-8000-000000000002.json"

static const char *folder;
static char target[600];

static int begin(void **state)
{
	folder = scratch_begin();
	snprintf(target, sizeof target, "%s/history.git", folder);
	return scene_begin(state);
}

static int end(void **state)
{
	scratch_end();
	return scene_end(state);
}

static void write_signers(void)
{
	char path[600];
	struct buf line = BUF_INIT;
	snprintf(path, sizeof path, "%s/signers", folder);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	ssh_public_line(alice.public_key, "", &line);
	fprintf(out, "R1 namespaces=\"git\" %s\n", line.data);
	fclose(out);
	buf_release(&line);
}

static void stock_git_reads_and_verifies(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	for (int i = 0; i < 20; i++) {
		char text[32];
		snprintf(text, sizeof text, "value %d\n", i);
		scene_commit(s, &alice, i % 3 ? A : B, text);
	}
	if (history_export(s->h, target, NULL, &err) < 0)
		fail_msg("%s", err.message);
	write_signers();
	assert_int_equal(shell("git -C '%s' fsck --strict --full >/dev/null 2>&1", target), 0);
	struct buf out = BUF_INIT;
	shell_output(&out,
	             "git -C '%s' -c gpg.ssh.allowedSignersFile='%s/signers' log --format='%%G?%%GS' | sort | uniq -c",
	             target, folder);
	assert_string_equal(out.data, "     20 GR1\n");
	buf_clear(&out);
	shell_output(&out, "git -C '%s' show HEAD:%s", target, A);
	assert_string_equal(out.data, "value 19\n");
	buf_clear(&out);
	shell_output(&out, "git -C '%s' rev-parse HEAD", target);
	buf_truncate(&out, 40);
	assert_string_equal(out.data, s->id);
	buf_release(&out);
}

static void a_second_export_brings_what_is_new(void **state)
{
	struct scene *s = *state;
	struct buf out = BUF_INIT;
	scene_commit(s, &alice, A, "one\n");
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	shell_output(&out, "ls '%s/objects/pack' | grep -c pack$", target);
	assert_string_equal(out.data, "1\n");
	scene_commit(s, &alice, A, "two\n");
	scene_commit(s, &alice, B, "note\n");
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	buf_clear(&out);
	shell_output(&out, "git -C '%s' log --format=%%H | head -1; git -C '%s' fsck --strict --full 2>&1", target,
	             target);
	assert_int_equal(strncmp(out.data, s->id, 40), 0);
	assert_null(strstr(out.data, "error"));
	buf_clear(&out);
	/* the second pack has the two new commits, not the first one again */
	shell_output(&out,
	             "for p in '%s'/objects/pack/*.idx; do git show-index <$p | wc -l; done | sort -n | tr '\\n' ' '",
	             target);
	assert_string_equal(out.data, "7 14 ");
	buf_release(&out);
}

static void other_folders_are_refused(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	scene_commit(s, &alice, A, "one\n");
	assert_int_equal(shell("mkdir '%s' && echo x >'%s/file'", target, target), 0);
	assert_int_equal(history_export(s->h, target, NULL, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	assert_int_equal(
	    shell("rm -r '%s' && git init -q '%s/w' && cd '%s/w' && git -c user.name=a -c user.email=b commit -q"
	          " --allow-empty -m x && git branch -qM main && git clone -q --bare . '%s'",
	          target, folder, folder, target),
	    0);
	assert_int_equal(history_export(s->h, target, NULL, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
}

static int cancel(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

static void a_cancelled_export_can_be_done_again(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	struct progress progress = {cancel, NULL};
	for (int i = 0; i < 30; i++) {
		char text[32];
		snprintf(text, sizeof text, "value %d\n", i);
		scene_commit(s, &alice, A, text);
	}
	assert_int_equal(history_export(s->h, target, &progress, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	assert_int_equal(shell("git -C '%s' fsck --strict --full >/dev/null 2>&1", target), 0);
}

/* An object that no commit names, sound or damaged, stays where it is. */
static void what_belongs_to_no_commit_stays(void **state)
{
	struct scene *s = *state;
	struct buf out = BUF_INIT;
	char id[HISTORY_ID];
	scene_commit(s, &alice, A, "one\n");
	scene_object(s, 3, "nobody's\n", 9, id);
	scene_commit(s, &alice, A, "two\n");
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	assert_int_not_equal(shell("git -C '%s' cat-file -e %s 2>/dev/null", target, id), 0);
	assert_int_equal(shell("git -C '%s' fsck --strict --full >/dev/null 2>&1", target), 0);
	scene_sql(s, "UPDATE git_object SET data = x'00' WHERE n = (SELECT max(n) FROM git_object WHERE type = 3 AND"
	             " size = 9)");
	history_rolled_back(s->h);
	assert_int_equal(shell("rm -rf '%s'", target), 0);
	assert_int_equal(history_export(s->h, target, NULL, NULL), 0);
	shell_output(&out, "git -C '%s' rev-list --all | wc -l; ls '%s/objects/pack' | grep -v pack- | wc -l", target,
	             target);
	assert_string_equal(out.data, "2\n0\n");
	buf_release(&out);
}

/* What does not fit its name is not exported under another. */
static void a_damaged_object_is_no_export(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	scene_commit(s, &alice, A, "one\n");
	scene_commit(s, &alice, B, "two\n");
	scene_sql(s, "UPDATE git_object SET data = (SELECT data FROM git_object WHERE type = 3 ORDER BY n DESC LIMIT 1)"
	             " WHERE n = (SELECT min(n) FROM git_object WHERE type = 3)");
	history_rolled_back(s->h);
	assert_int_equal(history_export(s->h, target, NULL, &err), -1);
	err_clear(&err);
}

/* Run again under strace, with traps where libgit2 would look: none of them is opened. */
static void no_configuration_is_opened(void **state)
{
	struct scene *s = *state;
	struct buf out = BUF_INIT;
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	assert_true(n > 0);
	self[n] = '\0';
	scene_commit(s, &alice, A, "one\n");
	if (shell("strace -V >/dev/null 2>&1") != 0) {
		print_message("strace is not installed: skipped\n");
		skip();
	}
	assert_int_equal(
	    shell("cd '%s' && mkdir -p home/.config/git && for f in HEAD home/.gitconfig home/.config/git/config;"
	          " do echo '[broken' >$f; done; env -u GIT_CONFIG_GLOBAL -u GIT_CONFIG_SYSTEM HOME=$PWD/home"
	          " XDG_CONFIG_HOME=$PWD/home/.config strace -f -qq -e trace=openat,open,access,stat,newfstatat"
	          " -o trace '%s' --export out.git",
	          folder, self),
	    0);
	assert_int_equal(shell("grep -q 'out.git/objects/pack' '%s/trace'", folder), 0);
	shell_output(
	    &out,
	    "grep -E 'gitconfig|git/config|git/attributes|templates|\"(\\./)?HEAD|\"(\\./)?\\.git[\"/]|/etc/git' "
	    "'%s/trace'"
	    " | grep -v out.git || true",
	    folder);
	assert_string_equal(out.data, "");
	buf_release(&out);
}

/* What the traced child does. */
static int export_only(const char *dir)
{
	void *scene;
	scene_begin(&scene);
	scene_commit(scene, &alice, A, "one\n");
	scene_commit(scene, &alice, A, "two\n");
	int rc = history_export(((struct scene *)scene)->h, dir, NULL, NULL);
	scene_end(&scene);
	return rc == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--export") == 0)
		return export_only(argv[2]);
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(stock_git_reads_and_verifies),  TEST(a_second_export_brings_what_is_new),
	    TEST(other_folders_are_refused),     TEST(a_cancelled_export_can_be_done_again),
	    TEST(no_configuration_is_opened),    TEST(what_belongs_to_no_commit_stays),
	    TEST(a_damaged_object_is_no_export),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
