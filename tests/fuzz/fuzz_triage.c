/* Hives with a log, prefetch, shortcuts, jump lists, tasks, the recycle bin: the first byte says which, the second where the log
 * begins. */
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int check(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct observation o;
	size_t length;
	(void)ctx;
	for (size_t at = 0; at < n; at += length)
		if (observation_unpack((const char *)bytes + at, n - at, &o, &length, err) != 1)
			abort();
	return 0;
}

struct memory {
	const unsigned char *bytes;
	size_t n;
};

static int read_memory(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct memory *m = ctx;
	if (offset > m->n || n > m->n - offset)
		return err_set(err, ERR_FAILED, "beyond the end");
	memcpy(bytes, m->bytes + offset, n);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const struct {
		const char *parser;
		const char *path;
	} forms[] = {{"registry", "Windows/System32/config/SYSTEM"},
	             {"registry", "Users/a/NTUSER.DAT"},
	             {"registry", "Amcache.hve"},
	             {"prefetch", "A.EXE-1.pf"},
	             {"lnk", "a.lnk"},
	             {"jump_list", "1.automaticDestinations-ms"},
	             {"recycle_bin", "$Recycle.Bin/S-1-5-18/$IA"},
	             {"task", "Windows/System32/Tasks/a"},
	             {"usn", "$J"},
	             {"web_log", "access.log"},
	             {"syslog", "var/log/auth.log"},
	             {"login_record", "wtmp"},
	             {"shell_history", "home/a/.bash_history"},
	             {"cron", "etc/crontab"}};
	struct triage_done done;
	if (size < 2)
		return 0;
	size_t form = data[0] % (sizeof forms / sizeof *forms);
	size_t cut = (size - 2) * data[1] / 256;
	if (form > 2 || data[1] == 0)
		cut = size - 2;
	struct memory memory = {data + 2, cut};
	struct triage_file f = {.path = forms[form].path, .size = cut, .read = read_memory, .ctx = &memory};
	unsigned char *log = malloc(size - 2 - cut + 1);
	memcpy(log, data + 2 + cut, size - 2 - cut);
	if (cut < size - 2) {
		f.beside[0] = (struct triage_beside){".LOG1", log, size - 2 - cut};
		f.beside_count = 1;
	}
	if (triage_parse(triage_parser_find(forms[form].parser), &f, check, NULL, &done, NULL) < 0)
		abort();
	triage_done_release(&done);
	free(log);
	return 0;
}
