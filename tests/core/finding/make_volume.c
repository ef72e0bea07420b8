/*
 * Writes volumes of our own making, for scripts and by hand:
 *
 *     make_volume ntfs before|between|today OUT     a small NTFS volume: help_ntfs.h says what is in it
 *     make_volume shadow OUT                        that of today, with shadow copies of the other two
 *     make_volume bitlocker IN OUT [WORD[=TEXT]]…    BitLocker around it; words as in help_bitlocker.h: password=…, recovery=…,
 *                                                   clear, tpm, startup, converting, to_go, method=0x8004, apart=4096
 */
#include "core/finding/triage/help_evtx.h"
#include "core/finding/triage/tree/help_bitlocker.h"
#include "core/finding/triage/tree/help_ntfs.h"
#include "core/finding/triage/tree/help_shadow.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *word(char **words, const char *name)
{
	size_t n = strlen(name);
	for (; *words; words++)
		if (strncmp(*words, name, n) == 0 && (!(*words)[n] || (*words)[n] == '='))
			return (*words)[n] ? *words + n + 1 : *words;
	return NULL;
}

static int put(const struct buf *b, const char *path)
{
	FILE *f = fopen(path, "wbe");
	int ok = f && fwrite(b->data, 1, b->len, f) == b->len;
	return f && fclose(f) == 0 && ok ? 0 : 1;
}

static int make_bitlocker(const char *in, const char *out, char **words)
{
	struct buf held = BUF_INIT;
	struct buf volume = BUF_INIT;
	struct err err = ERR_INIT;
	const char *method = word(words, "method");
	const char *apart = word(words, "apart");
	if (buf_read_file(&held, in, (size_t)1 << 30, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	struct made_bitlocker m = {.held = held.data,
	                           .size = held.len,
	                           .method = method ? (enum made_method)strtoul(method, NULL, 0) : 0,
	                           .password = word(words, "password"),
	                           .recovery = word(words, "recovery"),
	                           .clear = word(words, "clear") != NULL,
	                           .tpm = word(words, "tpm") != NULL,
	                           .startup = word(words, "startup") != NULL,
	                           .converting = word(words, "converting") != NULL,
	                           .to_go = word(words, "to_go") != NULL,
	                           .apart = apart ? strtoul(apart, NULL, 0) : 0};
	made_bitlocker(&m, &volume);
	int rc = put(&volume, out);
	buf_release(&held);
	buf_release(&volume);
	return rc;
}

static int make_ntfs(const char *when, const char *out)
{
	static const char *const names[] = {"before", "between", "today"};
	struct buf volume = BUF_INIT;
	int rc = 2;
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(when, names[i]) == 0) {
			made_ntfs((enum made_ntfs_time)i, out, &volume);
			rc = put(&volume, out);
		}
	buf_release(&volume);
	return rc;
}

static int make_shadow(const char *out)
{
	struct buf state[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct buf volume = BUF_INIT;
	for (unsigned i = 0; i < 3; i++)
		made_ntfs((enum made_ntfs_time)i, out, &state[i]);
	struct made_copy copies[] = {{state[0].data, state[0].len, MADE_T0 + 36000000000ULL},
	                             {state[1].data, state[1].len, MADE_T0 + 36000000000ULL * 10}};
	made_shadow(state[2].data, state[2].len, copies, 2, &volume);
	int rc = put(&volume, out);
	for (unsigned i = 0; i < 3; i++)
		buf_release(&state[i]);
	buf_release(&volume);
	return rc;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "ntfs") == 0)
		return make_ntfs(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "shadow") == 0)
		return make_shadow(argv[2]);
	if (argc >= 4 && strcmp(argv[1], "bitlocker") == 0)
		return make_bitlocker(argv[2], argv[3], argv + 4);
	fprintf(stderr, "what is to be made?\n");
	return 2;
}
