/* Packs and bundles that stock git wrote are read whole; what is not sound is refused. */
#include "handover/parcel/bundle_compress.h"
#include "handover/parcel/pack.h"

#include "base/buf.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

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
	assert_int_equal(pack_read_head(bundle.data, bundle.len, &head, &err), 0);
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

/* What is compressed is smaller, and comes out as a bundle of the same objects that stock git takes. */
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
	bundle_compress(&small);
	assert_true(small.len < bundle.len);
	assert_int_equal(bundle_expand(small.data, small.len, &open, &err), 0);
	assert_int_equal(pack_read_head(open.data, open.len, &head, &err), 0);
	assert_int_equal(pack_read(open.data + head.pack_at, open.len - head.pack_at, list_object, &got, &err), 0);
	assert_int_equal(pack_read_head(bundle.data, bundle.len, &head, &err), 0);
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
	/* what is no compressed bundle stays as it is */
	buf_clear(&none);
	assert_int_equal(bundle_expand(bundle.data, bundle.len, &none, NULL), 0);
	assert_int_equal(none.len, bundle.len);
	buf_release(&none);
	buf_release(&small);
	buf_release(&open);
	buf_release(&got);
	buf_release(&want);
}

/* ---- packs that unpack to much */

static void begin_pack(struct buf *pack, unsigned count)
{
	const unsigned char head[12] = {'P',
	                                'A',
	                                'C',
	                                'K',
	                                0,
	                                0,
	                                0,
	                                2,
	                                (unsigned char)(count >> 24),
	                                (unsigned char)(count >> 16),
	                                (unsigned char)(count >> 8),
	                                (unsigned char)count};
	buf_clear(pack);
	buf_add(pack, head, sizeof head);
}

static void end_pack(struct buf *pack)
{
	unsigned char digest[20];
	assert_int_equal(EVP_Digest(pack->data, pack->len, digest, NULL, EVP_sha1(), NULL), 1);
	buf_add(pack, digest, sizeof digest);
}

/* One object: type and size, for a delta how far back its base lies, and the bytes. Returns its offset. */
static size_t add_entry(struct buf *pack, unsigned type, size_t base_at, const struct buf *bytes)
{
	size_t at = pack->len;
	size_t size = bytes->len;
	unsigned char c = (unsigned char)(type << 4 | (size & 15));
	for (size >>= 4; size; size >>= 7) {
		buf_addc(pack, (char)(c | 0x80));
		c = (unsigned char)(size & 0x7F);
	}
	buf_addc(pack, (char)c);
	if (type == 6) {
		unsigned char back[10];
		size_t n = sizeof back;
		size_t distance = at - base_at;
		back[--n] = (unsigned char)(distance & 0x7F);
		while (distance >>= 7)
			back[--n] = (unsigned char)(0x80 | (--distance & 0x7F));
		buf_add(pack, back + n, sizeof back - n);
	}
	uLongf room = compressBound(bytes->len);
	unsigned char *squeezed = malloc(room);
	assert_int_equal(compress(squeezed, &room, (const unsigned char *)bytes->data, bytes->len), Z_OK);
	buf_add(pack, squeezed, room);
	free(squeezed);
	return at;
}

static void add_size(struct buf *delta, uint64_t size)
{
	for (; size > 0x7F; size >>= 7)
		buf_addc(delta, (char)((size & 0x7F) | 0x80));
	buf_addc(delta, (char)size);
}

/* `times` the whole base, in copies of at most 16 MiB less one. */
static void copy_base(struct buf *delta, uint64_t size, unsigned times)
{
	buf_clear(delta);
	add_size(delta, size);
	add_size(delta, size * times);
	for (unsigned i = 0; i < times; i++)
		for (uint64_t from = 0; from < size;) {
			uint64_t n = size - from < 0xFFFFFF ? size - from : 0xFFFFFF;
			buf_addc(delta, (char)0xFF);
			for (int k = 0; k < 4; k++)
				buf_addc(delta, (char)(from >> (8 * k) & 0xFF));
			for (int k = 0; k < 3; k++)
				buf_addc(delta, (char)(n >> (8 * k) & 0xFF));
			from += n;
		}
}

static int count_object(void *ctx, const struct pack_object *object);

static void pack_refused(const struct buf *pack, const char *reason)
{
	struct err err = ERR_INIT;
	int n = 0;
	assert_int_equal(pack_read(pack->data, pack->len, count_object, &n, &err), -1);
	if (!strstr(err.message, reason))
		print_error("%s\n", err.message);
	assert_non_null(strstr(err.message, reason));
	assert_int_equal(n, 0);
}

static void test_bombs(void **state)
{
	(void)state;
	struct buf pack = BUF_INIT;
	struct buf bytes = BUF_INIT;
	struct buf delta = BUF_INIT;
	/* a delta of thirty bytes that says it becomes a terabyte */
	buf_adds(&bytes, "x");
	add_size(&delta, 1);
	add_size(&delta, (uint64_t)1 << 40);
	buf_adds(&delta, "\x01x");
	begin_pack(&pack, 2);
	size_t at = add_entry(&pack, 3, 0, &bytes);
	add_entry(&pack, 6, at, &delta);
	end_pack(&pack);
	pack_refused(&pack, "more than is allowed");
	/* each twice the one before: a megabyte of zeros in a kilobyte, and in seven steps too much */
	buf_clear(&bytes);
	buf_grow(&bytes, 1 << 20);
	memset(bytes.data, 0, 1 << 20);
	bytes.len = 1 << 20;
	begin_pack(&pack, 8);
	at = add_entry(&pack, 3, 0, &bytes);
	for (unsigned i = 0; i < 7; i++) {
		copy_base(&delta, (uint64_t)1 << (20 + i), 2);
		at = add_entry(&pack, 6, at, &delta);
	}
	end_pack(&pack);
	assert_true(pack.len < 4096);
	pack_refused(&pack, "more than is allowed");
	/* a long chain of small ones */
	buf_clear(&bytes);
	buf_adds(&bytes, "x");
	begin_pack(&pack, 101);
	at = add_entry(&pack, 3, 0, &bytes);
	for (unsigned i = 0; i < 100; i++) {
		copy_base(&delta, 1, 1);
		at = add_entry(&pack, 6, at, &delta);
	}
	end_pack(&pack);
	pack_refused(&pack, "too many deltas");
	/* a million objects that are not there */
	begin_pack(&pack, 1000000);
	end_pack(&pack);
	pack_refused(&pack, "more objects than it can hold");
	buf_release(&pack);
	buf_release(&bytes);
	buf_release(&delta);
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
	assert_int_equal(pack_read_head(part.data, part.len, &head, &err), 0);
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
	assert_int_equal(pack_read_head(bundle.data, bundle.len, &head, NULL), 0);
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
		assert_int_equal(pack_read_head(wrong[i], strlen(wrong[i]), &head, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
	struct buf many = BUF_INIT;
	buf_adds(&many, "# v2 git bundle\n");
	for (int i = 0; i < 100; i++)
		buf_adds(&many, "-0123456789012345678901234567890123456789 x\n");
	buf_adds(&many, "0123456789012345678901234567890123456789 refs/heads/main\n\n");
	assert_int_equal(pack_read_head(many.data, many.len, &head, NULL), -1);
	/* a million of them, none the branch */
	buf_clear(&many);
	buf_adds(&many, "# v2 git bundle\n");
	for (int i = 0; i < 1000000; i++)
		buf_addf(&many, "0123456789012345678901234567890123456789 refs/heads/b%d\n", i);
	buf_adds(&many, "0123456789012345678901234567890123456789 refs/heads/main\n\n");
	struct err why = ERR_INIT;
	assert_int_equal(pack_read_head(many.data, many.len, &head, &why), -1);
	assert_int_equal(why.code, ERR_INVALID);
	buf_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads_what_git_wrote), cmocka_unit_test(test_squeezed), cmocka_unit_test(test_needs),
	    cmocka_unit_test(test_cut_and_flipped),      cmocka_unit_test(test_heads),    cmocka_unit_test(test_bombs),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
