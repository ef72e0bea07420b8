#include "help_preserve.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/identity/identity.h"

#include <stdio.h>
#include <stdlib.h>

void bench_preserve_open(struct bench_preserve *b, const char *base)
{
	struct err err = ERR_INIT;
	char path[600];
	snprintf(b->folder, sizeof b->folder, "%s/genba-bench-XXXXXX", base);
	if (!mkdtemp(b->folder))
		exit(1);
	snprintf(path, sizeof path, "%s/site.genba", b->folder);
	struct identity *id = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "bench", .owner = id};
	b->c = case_create(path, &spec, &err);
	if (!b->c) {
		printf("%s\n", err.message);
		exit(1);
	}
}

void bench_preserve_close(struct bench_preserve *b)
{
	case_close(b->c, NULL);
	bench_preserve_shell(b, "rm -rf \"$A\"", b->folder, "");
}

void bench_preserve_give_up(const struct bench_preserve *b)
{
	char *command = xasprintf("rm -rf '%s'", b->folder);
	int rc = system(command);
	free(command);
	exit(rc ? 2 : 1);
}

double bench_preserve_shell(const struct bench_preserve *b, const char *command, const char *a, const char *other)
{
	setenv("A", a, 1);
	setenv("B", other, 1);
	double began = clock_steady();
	int rc = system(command);
	double took = clock_steady() - began;
	if (rc != 0) {
		printf("failed: %s\n", command);
		bench_preserve_give_up(b);
	}
	return took;
}

double bench_preserve_time(struct bench_preserve *b, const char *path, const struct preserve_options *options)
{
	struct preserved p;
	struct err err = ERR_INIT;
	struct preserve_options o = *options;
	char to[600];
	snprintf(to, sizeof to, "%s/to", b->folder);
	o.to_dir = to;
	double began = clock_steady();
	if (evidence_preserve(b->c, path, &o, &p, &err) < 0 || !p.complete) {
		printf("failed: %s %s\n", err.message, p.note.data);
		bench_preserve_give_up(b);
	}
	double took = clock_steady() - began;
	preserved_release(&p);
	bench_preserve_shell(b, "rm -rf \"$A\"", to, "");
	return took;
}
