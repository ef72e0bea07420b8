/* Packs and bundles that stock git wrote are read whole; what is not sound is refused. */
#include "handover/pack.h"
#include "handover/squeeze.h"

#include "base/buf.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/genba-pack-XXXXXX";
static struct buf bundle;

static void shell(const char *command)
{
	char line[2048];
	snprintf(line, sizeof line,
	         "cd %s && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && { %s ; } >/dev/null 2>log",
	         folder, command);
	assert_int_equal(system(line), 0);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	shell("git init -q -b main . && git config user.name x && git config user.email x@x.invalid");
	/* files that are alike, so that git makes deltas of them */
	shell("for i in $(seq 1 30); do seq 1 400 > a; echo $i >> a; seq $i 300 > b$((i % 5)); git add . && git commit "
	      "-qm c$i; done");
	shell("git repack -adq --depth=20 && git bundle create ../$(basename $PWD).bundle main");
	char path[128];
	snprintf(path, sizeof path, "%s.bundle", folder);
	buf_init(&bundle);
	assert_int_equal(buf_read_file(&bundle, path, 1U << 24, NULL), 0);
	unlink(path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	char line[128];
	buf_release(&bundle);
	snprintf(line, sizeof line, "rm -rf %s", folder);
	return system(line);
}

static int list_object(void *ctx, const struct pack_object *object)
{
	struct buf *list = ctx;
	static const char *const names[] = {"", "commit", "tree", "blob", "tag"};
	buf_addhex(list, object->id, PACK_ID);
	buf_addf(list, " %s %zu\n", names[object->type], object->size);
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(struct buf *text)
{
	char *lines[4096];
	size_t count = 0;
	struct buf result = BUF_INIT;
	for (char *line = strtok(text->data, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(count < 4096);
		lines[count++] = line;
	}
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++)
		buf_addf(&result, "%s\n", lines[i]);
	buf_release(text);
	*text = result;
}

static void test_reads_what_git_wrote(void **state)
{
	(void)state;
	struct bundle_head head;
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	struct buf want = BUF_INIT;
	assert_int_equal(bundle_read_head(bundle.data, bundle.len, &head, &err), 0);
	assert_int_equal(head.need_count, 0);
	assert_int_equal(pack_read(bundle.data + head.pack_at, bundle.len - head.pack_at, list_object, &got, &err), 0);
	shell("git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype) %(objectsize)' > objects");
	char path[128];
	snprintf(path, sizeof path, "%s/objects", folder);
	assert_int_equal(buf_read_file(&want, path, 1U << 24, NULL), 0);
	sort_lines(&got);
	sort_lines(&want);
	assert_string_equal(got.data, want.data);
	buf_release(&got);
	buf_release(&want);
}

static int count_object(void *ctx, const struct pack_object *object)
{
	(void)object;
	++*(int *)ctx;
	return 0;
}

/* What is squeezed is smaller, and comes out as a bundle of the same objects that stock git takes. */
static void test_squeezed(void **state)
{
	(void)state;
	struct bundle_head head;
	struct err err = ERR_INIT;
	struct buf small = BUF_INIT;
	struct buf open = BUF_INIT;
	struct buf got = BUF_INIT;
	struct buf want = BUF_INIT;
	char path[128];
	buf_add(&small, bundle.data, bundle.len);
	bundle_squeeze(&small);
	assert_true(small.len < bundle.len);
	assert_int_equal(bundle_expand(small.data, small.len, &open, &err), 0);
	assert_int_equal(bundle_read_head(open.data, open.len, &head, &err), 0);
	assert_int_equal(pack_read(open.data + head.pack_at, open.len - head.pack_at, list_object, &got, &err), 0);
	assert_int_equal(bundle_read_head(bundle.data, bundle.len, &head, &err), 0);
	assert_int_equal(pack_read(bundle.data + head.pack_at, bundle.len - head.pack_at, list_object, &want, &err), 0);
	sort_lines(&got);
	sort_lines(&want);
	assert_string_equal(got.data, want.data);
	snprintf(path, sizeof path, "%s/loose.bundle", folder);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(open.data, 1, open.len, f), open.len);
	assert_int_equal(fclose(f), 0);
	shell("git bundle verify loose.bundle && rm -rf clone && git clone -q loose.bundle -b main clone && git -C "
	      "clone fsck "
	      "--strict");
	/* cut short, changed, and one that says it becomes a terabyte */
	struct buf none = BUF_INIT;
	for (size_t cut = 5; cut < small.len; cut += small.len / 40 + 1)
		assert_int_equal(bundle_expand(small.data, cut, &none, NULL), -1);
	static const unsigned char huge[] = {0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0};
	struct err why = ERR_INIT;
	assert_int_equal(bundle_expand(huge, sizeof huge, &none, &why), -1);
	assert_non_null(strstr(why.message, "more than is allowed"));
	/* what is no squeezed bundle stays as it is */
	buf_clear(&none);
	assert_int_equal(bundle_expand(bundle.data, bundle.len, &none, NULL), 0);
	assert_int_equal(none.len, bundle.len);
	buf_release(&none);
	buf_release(&small);
	buf_release(&open);
	buf_release(&got);
	buf_release(&want);
}

static void test_needs(void **state)
{
	(void)state;
	char path[128];
	struct buf part = BUF_INIT;
	struct bundle_head head;
	struct err err = ERR_INIT;
	shell("git bundle create part.bundle HEAD~3..main");
	snprintf(path, sizeof path, "%s/part.bundle", folder);
	assert_int_equal(buf_read_file(&part, path, 1U << 24, NULL), 0);
	assert_int_equal(bundle_read_head(part.data, part.len, &head, &err), 0);
	assert_int_equal(head.need_count, 1);
	/* git makes such a pack thin: its bases are elsewhere, and it is refused by name */
	int count = 0;
	int rc = pack_read(part.data + head.pack_at, part.len - head.pack_at, count_object, &count, &err);
	if (rc < 0)
		assert_non_null(strstr(err.message, "base"));
	buf_release(&part);
}

static void test_cut_and_flipped(void **state)
{
	(void)state;
	struct bundle_head head;
	assert_int_equal(bundle_read_head(bundle.data, bundle.len, &head, NULL), 0);
	size_t n = bundle.len - head.pack_at;
	const char *pack = bundle.data + head.pack_at;
	int count = 0;
	for (size_t cut = 0; cut < n; cut += 97)
		assert_true(pack_read(pack, cut, count_object, &count, NULL) < 0);
	assert_int_equal(count, 0);
	char *copy = malloc(n);
	for (size_t i = 0; i < n; i += 53) {
		memcpy(copy, pack, n);
		copy[i] = (char)(copy[i] ^ 0x10);
		assert_true(pack_read(copy, n, count_object, &count, NULL) < 0);
	}
	free(copy);
	assert_int_equal(count, 0);
}

static void test_heads(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	    "",
	    "# v3 git bundle\n\n",
	    "# v2 git bundle\n",
	    "# v2 git bundle\n\n",
	    "# v2 git bundle\n0123456789012345678901234567890123456789 refs/heads/other\n\n",
	    "# v2 git bundle\nXX23456789012345678901234567890123456789 refs/heads/main\n\n",
	    "# v2 git bundle\n-0123\n0123456789012345678901234567890123456789 refs/heads/main\n\n",
	    "# v2 git bundle\n0123456789012345678901234567890123456789 refs/heads/main\n"
	    "0123456789012345678901234567890123456789 refs/heads/main\n\n",
	};
	struct bundle_head head;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = ERR_INIT;
		assert_int_equal(bundle_read_head(wrong[i], strlen(wrong[i]), &head, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
	struct buf many = BUF_INIT;
	buf_adds(&many, "# v2 git bundle\n");
	for (int i = 0; i < 100; i++)
		buf_adds(&many, "-0123456789012345678901234567890123456789 x\n");
	buf_adds(&many, "0123456789012345678901234567890123456789 refs/heads/main\n\n");
	assert_int_equal(bundle_read_head(many.data, many.len, &head, NULL), -1);
	buf_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads_what_git_wrote), cmocka_unit_test(test_squeezed), cmocka_unit_test(test_needs),
	    cmocka_unit_test(test_cut_and_flipped),      cmocka_unit_test(test_heads),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
