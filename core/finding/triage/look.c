#include "finding/triage/look.h"

#include "base/err.h"
#include "evidence/image/digest.h"
#include "evidence/image/source.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_sort.h"
#include "finding/sigma/sigma.h"
#include "finding/triage/check/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct looking {
	const struct triage_look *look;
	struct triage_looked *seen;
	struct observation_sorter *sorter;
	struct block_writer block;
	unsigned char *bytes;
	struct digest *digest;
	struct triage_check *check;
};

static int keep_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct looking *k = ctx;
	return observation_sorter_add(k->sorter, bytes, n, err);
}

static int tell_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct looking *k = ctx;
	triage_check_problem(k->check, path, reason);
	return k->look->problem ? k->look->problem(k->look->ctx, path, offset, reason, err) : 0;
}

static void finish_block(struct looking *k)
{
	if (k->block.row_count == 0)
		return;
	block_writer_finish(&k->block, k->bytes);
	digest_add(k->digest, k->bytes, OBSERVATION_BLOCK);
}

static int give_row(void *ctx, const struct observation *o, struct err *err)
{
	struct looking *k = ctx;
	if (!block_writer_add(&k->block, o)) {
		finish_block(k);
		block_writer_add(&k->block, o);
	}
	k->seen->rows++;
	triage_check_row(k->check, o);
	if (k->look->rules)
		sigma_row(k->look->rules, o, k->seen->evidence_sha256);
	return k->look->row ? k->look->row(k->look->ctx, o, k->seen->evidence_sha256, err) : 0;
}

int triage_digest(const char *path, char sha256[65], struct err *err)
{
	struct stat st;
	*sha256 = '\0';
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return 0;
	return source_sha256(path, sha256, err);
}

int triage_look(const struct triage_look *look, struct triage_looked *seen, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	struct looking k = {.look = look, .seen = seen};
	struct triage_reading reading = {.only = look->only,
	                                 .recover = look->recover,
	                                 .vss = look->vss,
	                                 .key = look->key,
	                                 .rows = keep_rows,
	                                 .problem = tell_problem,
	                                 .ctx = &k,
	                                 .progress = look->progress};
	*seen = (struct triage_looked){.rows = 0};
	if (triage_only_check(look->only, err) < 0 || triage_digest(look->path, seen->evidence_sha256, err) < 0)
		return -1;
	k.sorter = observation_sorter_new(folder && *folder ? folder : "/tmp", "look");
	k.bytes = xmalloc(OBSERVATION_BLOCK);
	k.digest = digest_new(0);
	k.check = triage_check_new(look->path, seen->evidence_sha256);
	block_writer_init(&k.block);
	int rc = triage_read_path(&reading, look->path, &seen->sum, err);
	if (rc == 0)
		rc = observation_sorter_each(k.sorter, give_row, &k, err);
	if (rc == 0) {
		struct digest_result result;
		finish_block(&k);
		digest_end(k.digest, &result);
		memcpy(seen->set_sha256, result.sha256, 65);
		digest_result_release(&result);
		triage_check_unknown(k.check, seen->sum.files - seen->sum.parsed);
		seen->findings = triage_check_findings(k.check);
		if (look->rules)
			triage_add_findings(seen->findings, sigma_findings(look->rules, look->path));
	}
	triage_check_free(k.check);
	observation_sorter_free(k.sorter);
	block_writer_release(&k.block);
	digest_free(k.digest);
	free(k.bytes);
	return rc;
}

void triage_looked_release(struct triage_looked *seen)
{
	if (seen->sum.parsed_files)
		triage_read_sum_release(&seen->sum);
	json_decref(seen->findings);
	seen->findings = NULL;
}
