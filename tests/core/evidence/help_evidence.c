#include "help_evidence.h"

#include "base/buf.h"
#include "base/secret.h"
#include "case/case.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[256];
static struct identity *person;

int scratch_begin(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *base = getenv("TMPDIR");
	snprintf(scratch, sizeof scratch, "%s/genba-evidence-XXXXXX", base ? base : "/tmp");
	return mkdtemp(scratch) && secret_setup(&err) == 0 ? 0 : -1;
}

int scratch_end(void **state)
{
	(void)state;
	char *command = xasprintf("rm -rf '%s'", scratch);
	int rc = system(command);
	free(command);
	return rc;
}

const char *scratch_path(const char *name)
{
	static char paths[64][512];
	static unsigned next;
	char *path = paths[next++ % 64];
	snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
	return path;
}

void fill(unsigned char *bytes, size_t n, uint64_t seed)
{
	unsigned char key[randombytes_SEEDBYTES] = {1};
	memcpy(key + 8, &seed, sizeof seed);
	randombytes_buf_deterministic(bytes, n, key);
}

static void write_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

void make_file(const char *path, size_t n, uint64_t seed)
{
	unsigned char *bytes = xmalloc(n + 1);
	fill(bytes, n, seed);
	write_bytes(path, bytes, n);
	free(bytes);
}

void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

unsigned char *read_whole(const char *path, size_t *n)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	assert_ok(buf_read_file(&b, path, 1U << 30, &err), err);
	buf_grow(&b, 1);
	return (unsigned char *)buf_take(&b, n);
}

void assert_same_file(const char *a, const char *b)
{
	size_t n;
	size_t m;
	unsigned char *x = read_whole(a, &n);
	unsigned char *y = read_whole(b, &m);
	assert_int_equal(n, m);
	assert_int_equal(memcmp(x, y, n), 0);
	free(x);
	free(y);
}

void sha256_text_of(const void *bytes, size_t n, char hex[65])
{
	unsigned char digest[32];
	SHA256(bytes, n, digest);
	sodium_bin2hex(hex, 65, digest, sizeof digest);
}

int exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

struct case_file *case_begin(void)
{
	struct err err = ERR_INIT;
	person = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "A case of tests", .owner = person};
	struct case_file *c = case_create(scratch_path("site.genba"), &spec, &err);
	if (!c)
		fail_msg("%s", err.message);
	struct assign fields[] = {{"hostname", "HR-PC-03"}, {"status", "suspected"}};
	char label[LABEL_TEXT];
	assert_ok(record_add(c, "asset", fields, 2, 0, label, &err), err);
	return c;
}

struct case_file *case_again(struct case_file *c)
{
	struct err err = ERR_INIT;
	assert_ok(case_close(c, &err), err);
	struct case_unlock unlock = {person, NULL};
	c = case_open(scratch_path("site.genba"), &unlock, 0, &err);
	if (!c)
		fail_msg("%s", err.message);
	return c;
}

void case_end(struct case_file *c)
{
	struct err err = ERR_INIT;
	assert_ok(case_close(c, &err), err);
	identity_free(person);
	person = NULL;
}

const char *field_of(struct case_file *c, const char *label, const char *field)
{
	static char text[65536];
	struct err err = ERR_INIT;
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, &err);
	if (!record)
		fail_msg("%s: %s", label, err.message);
	const json_t *value = json_object_get(record, field);
	text[0] = '\0';
	if (json_is_string(value))
		snprintf(text, sizeof text, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
	json_decref(record);
	return text;
}
