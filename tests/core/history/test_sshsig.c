/* SSHSIG: our signatures in OpenSSH's eyes, OpenSSH's in ours, and everything that is none. */
#include "help_history.h"

static const char message[] = "what is signed\n";

static int begin(void **state)
{
	return scene_begin(state);
}

static int end(void **state)
{
	return scene_end(state);
}

static void ours_are_read_back(void **state)
{
	(void)state;
	struct buf armour = BUF_INIT;
	unsigned char key[32];
	struct err err = ERR_INIT;
	assert_int_equal(sshsig_sign("git", message, strlen(message), &alice, &armour, NULL), 0);
	assert_int_not_equal(armour.data[armour.len - 1], '\n');
	assert_int_equal(sshsig_verify("git", message, strlen(message), armour.data, armour.len, key, NULL), 0);
	assert_memory_equal(key, alice.public_key, 32);
	assert_int_equal(sshsig_verify("git", message, strlen(message) - 1, armour.data, armour.len, key, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	err_clear(&err);
	assert_int_equal(sshsig_verify("genba-header", message, strlen(message), armour.data, armour.len, key, &err),
	                 -1);
	assert_non_null(strstr(err.message, "another purpose"));
	buf_release(&armour);
}

static void openssh_accepts_ours(void **state)
{
	(void)state;
	const char *folder = scratch_begin();
	char path[600];
	struct buf armour = BUF_INIT;
	struct buf line = BUF_INIT;
	assert_int_equal(sshsig_sign("git", message, strlen(message), &alice, &armour, NULL), 0);
	snprintf(path, sizeof path, "%s/sig", folder);
	FILE *out = fopen(path, "w");
	fprintf(out, "%s\n", armour.data);
	fclose(out);
	ssh_public_line(alice.public_key, "", &line);
	snprintf(path, sizeof path, "%s/signers", folder);
	out = fopen(path, "w");
	fprintf(out, "R1 %s\n", line.data);
	fclose(out);
	assert_int_equal(
	    shell(
	        "printf 'what is signed\\n' | ssh-keygen -Y verify -f '%s/signers' -I R1 -n git -s '%s/sig' >/dev/null",
	        folder, folder),
	    0);
	assert_int_not_equal(shell("printf 'something else\\n' | ssh-keygen -Y verify -f '%s/signers' -I R1 -n git -s "
	                           "'%s/sig' >/dev/null 2>&1",
	                           folder, folder),
	                     0);
	buf_release(&armour);
	buf_release(&line);
	scratch_end();
}

static void openssh_keys_and_signatures_are_read(void **state)
{
	(void)state;
	const char *folder = scratch_begin();
	struct buf line = BUF_INIT;
	struct buf armour = BUF_INIT;
	struct buf fingerprint = BUF_INIT;
	struct buf wanted = BUF_INIT;
	unsigned char key[32];
	unsigned char signer[32];
	assert_int_equal(
	    shell("cd '%s' && ssh-keygen -q -t ed25519 -N '' -f k -C 'Someone (R9)' && printf 'what is signed\\n' >m &&"
	          " ssh-keygen -Y sign -f k -n git m 2>/dev/null",
	          folder),
	    0);
	shell_output(&line, "cat '%s/k.pub'", folder);
	shell_output(&armour, "cat '%s/m.sig'", folder);
	assert_int_equal(ssh_public_parse(line.data, key, NULL), 0);
	assert_int_equal(sshsig_verify("git", message, strlen(message), armour.data, armour.len, signer, NULL), 0);
	assert_memory_equal(key, signer, 32);
	ssh_fingerprint(key, &fingerprint);
	shell_output(&wanted, "ssh-keygen -lf '%s/k.pub' | cut -d' ' -f2 | tr -d '\\n'", folder);
	assert_string_equal(fingerprint.data, wanted.data);
	buf_release(&line);
	buf_release(&armour);
	buf_release(&fingerprint);
	buf_release(&wanted);
	scratch_end();
}

/* Every byte of the armour changed, every beginning of it: never accepted for another key or message, never a crash. */
static void mangled_armour(void **state)
{
	(void)state;
	struct buf armour = BUF_INIT;
	unsigned char key[32];
	assert_int_equal(sshsig_sign("git", message, strlen(message), &alice, &armour, NULL), 0);
	for (size_t n = 0; n < armour.len; n++) {
		char *copy = malloc(n ? n : 1);
		memcpy(copy, armour.data, n);
		assert_int_equal(sshsig_verify("git", message, strlen(message), copy, n, key, NULL), -1);
		free(copy);
	}
	for (size_t i = 0; i < armour.len; i++)
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			char was = armour.data[i];
			armour.data[i] = (char)(was ^ (char)bit);
			if (sshsig_verify("git", message, strlen(message), armour.data, armour.len, key, NULL) == 0)
				assert_memory_equal(key, alice.public_key,
				                    32); /* only blanks between lines may differ */
			armour.data[i] = was;
		}
	buf_release(&armour);
}

static void bad_public_lines(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",
	    "ssh-ed25519",
	    "ssh-ed25519 ",
	    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==",
	    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
	    "ssh-ed25519 !!!!",
	    "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAgQCAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unsigned char key[32];
		struct err err = ERR_INIT;
		assert_int_equal(ssh_public_parse(bad[i], key, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(ours_are_read_back), TEST(openssh_accepts_ours), TEST(openssh_keys_and_signatures_are_read),
	    TEST(mangled_armour),     TEST(bad_public_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
