#include "help_large.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "finding/large/large_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* In the short form: what the walk speaks of, and some terminals on which nothing is. */
static int is_wanted(const struct large_machine *m)
{
	static const char *const infected[] = {"HQ-PC-017", "HQ-AD-01",  "HQ-AD-02", "HQ-PC-042",
	                                       "BR-PC-009", "OV-PC-004", "HQ-PC-222"};
	for (size_t i = 0; i < sizeof infected / sizeof *infected; i++)
		if (strcmp(infected[i], m->name) == 0)
			return 1;
	return !m->infected && (m->role != LARGE_TERMINAL || m->number % 24 == 0);
}

static void put(const char *dir, const char *name, struct buf *bytes)
{
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/%s", dir, name);
	if (path_write_file(path, bytes->data, bytes->len, PATH_REPLACE, &err) < 0)
		fail_msg("%s", err.message);
	free(path);
	buf_clear(bytes);
}

/* The title, the headings, and the lines of the machines that are wanted. */
static void put_list(const struct program *p, int japanese, int whole, struct large_files *made)
{
	struct buf all = BUF_INIT;
	struct buf some = BUF_INIT;
	unsigned line = 0;
	large_site_list(japanese, &all);
	for (const char *at = all.data; *at; line++) {
		size_t n = strcspn(at, "\n") + 1;
		struct large_machine m = large_machine_at(line < 2 ? 0 : line - 2);
		if (line < 2 || whole || is_wanted(&m))
			buf_add(&some, at, n);
		made->machines += line >= 2 && (whole || is_wanted(&m));
		at += n;
	}
	put(p->dir, "machines.csv", &some);
	buf_release(&some);
	buf_release(&all);
}

static void put_collections(const struct program *p, int whole, struct large_files *made)
{
	struct buf bytes = BUF_INIT;
	for (unsigned i = 0; i < LARGE_MACHINES; i++) {
		struct large_machine m = large_machine_at(i);
		if (!m.collected || (!whole && (!is_wanted(&m) || (m.role == LARGE_SERVER && m.number % 2))))
			continue;
		char *name = xasprintf("collections/%s.zip", m.name);
		large_collection(&m, &bytes);
		put(p->dir, name, &bytes);
		free(name);
		made->collections++;
		made->infected += m.infected > 0;
	}
	buf_release(&bytes);
}

static void put_mails(const struct program *p, int japanese)
{
	struct buf bytes = BUF_INIT;
	for (unsigned i = 0; i < LARGE_MAILS; i++) {
		char *name = xasprintf("%s/mail-%u.eml", i ? "mails" : "first", i);
		large_mail(i, japanese, &bytes);
		put(p->dir, name, &bytes);
		free(name);
	}
	buf_release(&bytes);
}

void large_files_make(const struct program *p, int japanese, int whole, struct large_files *made)
{
	static const char *const folders[] = {"collections", "first", "mails"};
	struct buf bytes = BUF_INIT;
	memset(made, 0, sizeof *made);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		assert_int_equal(mkdir(program_file(p, folders[i]), 0700), 0);
	put_list(p, japanese, whole, made);
	put_collections(p, whole, made);
	put_mails(p, japanese);
	for (unsigned i = 0; i < LARGE_EXITS; i++) {
		char name[24];
		snprintf(name, sizeof name, "exit-%u.log", i + 1);
		large_exit_log(i, &bytes);
		put(p->dir, name, &bytes);
	}
	large_vpn_log(&bytes);
	put(p->dir, "vpn.log", &bytes);
	large_webmail_log(&bytes);
	put(p->dir, "webmail.log", &bytes);
	buf_release(&bytes);
}
