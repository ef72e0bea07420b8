/*
 * genba: the program. Takes the global options out of the words, and either
 * runs one command or opens the workbench.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/file/private_files.h"
#include "base/file/standard_fds.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "base/worker/worker.h"
#include "catalogue.h"
#include "evidence/image/ewf.h"
#include "evidence/image/image_log.h"
#include "handover/parcel/parcel.h"
#include "handover/parcel/parcel_worker.h"
#include "handover/parcel/unpack.h"
#include "outward/exchange/csv.h"
#include "playbook/load/playbook.h"
#include "tui/command/cmd.h"
#include "tui/command/command.h"
#include "tui/routes.h"
#include "tui/session/remote_helper.h"
#include "tui/session/socket.h"
#include "tui/session/terminal_secret.h"
#include "tui/session/version.h"
#include "tui/workbench/workbench.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct global {
	const char *path;
	const char *passphrase_file;
	const char *language;
	const char *data;
	int read_only;
	int version;
	int help;
	int argc; /* the words that are left */
	char **argv;
};

static int take_value(int argc, char **argv, int *i, const char *name, const char **value, struct err *err)
{
	size_t n = strlen(name);
	if (strncmp(argv[*i], name, n) != 0 || (argv[*i][n] != '\0' && argv[*i][n] != '='))
		return 0;
	if (argv[*i][n] == '=') {
		*value = argv[*i] + n + 1;
		return 1;
	}
	if (*i + 1 >= argc)
		return err_set(err, ERR_USAGE, _("option %s needs a value"), name);
	*value = argv[++*i];
	return 1;
}

/* Global options may stand anywhere before `--`. */
static int parse_global(struct global *g, int argc, char **argv, struct err *err)
{
	static const char *const names[] = {"-c", "--passphrase-file", "--lang", "--data"};
	const char **values[] = {&g->path, &g->passphrase_file, &g->language, &g->data};
	g->argv = xcalloc((size_t)argc + 1, sizeof *g->argv);
	int ended = 0;
	for (int i = 1; i < argc; i++) {
		int taken = 0;
		if (strcmp(argv[i], "--") == 0)
			ended = 1;
		/* -c belongs to a command once one has begun: `genba capture -- sh -c …` */
		for (size_t k = g->argc > 0 ? 1 : 0; !ended && !taken && k < sizeof names / sizeof *names; k++)
			taken = take_value(argc, argv, &i, names[k], values[k], err);
		if (taken < 0)
			return -1;
		if (taken)
			continue;
		if (!ended && strcmp(argv[i], "--read-only") == 0)
			g->read_only = 1;
		else if (!ended && g->argc == 0 && strcmp(argv[i], "--version") == 0)
			g->version = 1;
		else if (!ended && (strcmp(argv[i], "--help") == 0 || (g->argc == 0 && strcmp(argv[i], "-h") == 0)))
			g->help = 1;
		else
			g->argv[g->argc++] = argv[i];
	}
	return 0;
}

/* UTF-8 in and out whatever the locale says: C.UTF-8 is built into the C library. */
static void setup_locale(const char *language)
{
	setlocale(LC_ALL, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	i18n_use(catalogue_ja, catalogue_ja_size);
	i18n_set_language(language ? language : i18n_language_from_environment());
}

/*
 * GENBA_TEST_CLOCK=2026-11-23T14:05:00Z stops the clock there, so that tests see the same screen at every run. It gives
 * no power that setting the machine's clock does not give, and the workbench's header says so.
 */
static int setup_clock(struct err *err)
{
	const char *text = getenv("GENBA_TEST_CLOCK");
	struct edtf when;
	int64_t earliest;
	int64_t latest;
	if (!text || !*text)
		return 0;
	if (edtf_parse(text, &when, err) < 0)
		return err_prefix(err, "GENBA_TEST_CLOCK");
	if (when.form != EDTF_POINT || when.from.hour < 0 || edtf_bounds(&when, NULL, NULL, &earliest, &latest) < 0)
		return err_set(err, ERR_USAGE, _("GENBA_TEST_CLOCK must be a moment, such as 2026-11-23T14:05:00Z"));
	struct clock_time fixed = {earliest, 0, when.from.offset};
	clock_set(&fixed, 0);
	return 0;
}

static int show_progress(void *ctx, const char *what, uint64_t done, uint64_t total);

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* Ctrl-C cancels slow work cleanly: what is done so far is kept as the command says. */
static void catch_interrupt(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_interrupt;
	action.sa_flags = (int)SA_RESETHAND; /* the second Ctrl-C ends the program */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is an error that is told, not an end in the middle */
}

static int show_progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	static uint64_t last_percent = 101;
	struct session *s = ctx;
	if (interrupted)
		return 1;
	if (!isatty(STDERR_FILENO) || s->in_workbench)
		return 0;
	uint64_t percent = total ? (uint64_t)((double)done * 100.0 / (double)total) : 0;
	if (total && percent != last_percent) {
		char *safe = printable_dup(what);
		fprintf(stderr, "\r%s %3u %%\x1b[K", safe, (unsigned)percent);
		free(safe);
		if (done >= total)
			fprintf(stderr, "\r\x1b[K");
		fflush(stderr);
		last_percent = percent;
	}
	return 0;
}

static int looks_like_case(const char *word)
{
	size_t n = strlen(word);
	return !command_find(word) && ((n > 6 && strcmp(word + n - 6, ".genba") == 0) || access(word, F_OK) == 0);
}

/* The workbench: here, or on this terminal by the process that `unlock` left with the case. */
static int open_workbench(struct session *s, struct err *err)
{
	int status = 0;
	int rc = s->read_only ? 0 : socket_client_screen(s->path, &status, err);
	if (rc == 0)
		return workbench_run(s, err);
	if (rc > 0 && status && !err->code)
		err->code = (enum err_code)status;
	return rc < 0 || status ? -1 : 0;
}

/* The workbench that has the case open does the command, if there is one. 1: it was done, its status in `err`. */
static int run_at(const char *path, const struct command *command, struct global *g, struct err *err)
{
	int status = 0;
	enum socket_files reads = command->flags & COMMAND_LARGE_INPUT ? SOCKET_LARGE_INPUT
	                          : command->flags & COMMAND_INPUT     ? SOCKET_INPUT
	                                                               : SOCKET_NO_FILES;
	int rc = socket_client_run(path, g->argv, (size_t)g->argc, reads, &status, err);
	if (rc > 0)
		err->code = (enum err_code)status; /* its message is printed already */
	return rc;
}

/* Hands the command to the workbench that has the case open, or one of the files that it reads. As above. */
static int run_there(struct session *s, struct global *g, struct err *err)
{
	const struct command *command = command_find(g->argv[0]);
	int of_files = command && (command->flags & COMMAND_OF_FILES);
	int rc = 0;
	if (!command || (command->flags & (COMMAND_TERMINAL | COMMAND_SCREEN)))
		return 0;
	if (s->path && (of_files || command_needs_case(command, g->argc, g->argv)))
		rc = run_at(s->path, command, g, err);
	for (int i = 1; of_files && i < g->argc && rc == 0; i++)
		if (!command_needs_case(command, g->argc, g->argv) && access(g->argv[i], F_OK) == 0)
			rc = run_at(g->argv[i], command, g, err);
	return rc;
}

static int main_run(struct session *s, struct global *g, struct err *err)
{
	char *help[] = {(char *)(uintptr_t) "help", g->argc > 0 ? g->argv[0] : NULL, NULL};
	if (g->version) {
		version_print(stdout);
		return 0;
	}
	if (g->argc == 0 && !s->path && !g->help) {
		cmd_print_open_cases(stdout);
		cmd_print_first_steps(stdout);
		return 0;
	}
	if (g->help)
		return command_run(s, g->argc > 0 && command_find(g->argv[0]) ? 2 : 1, help, err);
	if (g->argc == 1 && looks_like_case(g->argv[0])) {
		free(s->path);
		s->path = xstrdup(g->argv[0]);
		return open_workbench(s, err);
	}
	if (g->argc == 0)
		return open_workbench(s, err);
	int there = run_there(s, g, err);
	if (there != 0)
		return err->code ? -1 : 0;
	int rc = command_run(s, g->argc, g->argv, err);
	if (rc < 0 || s->request != REQUEST_WORKBENCH)
		return rc;
	s->request = REQUEST_NOTHING;
	return workbench_run(s, err);
}

/* The parsers of foreign data; each layer that has one adds its row. */
#define ROW(job) extern const struct worker_job job;
#include "rows/worker_jobs.def"
#undef ROW

/* What runs in the cage: every worker_job of core/ (cmake/rows.cmake). */
static const struct worker_job *const jobs[] = {
#define ROW(job) &job,
#include "rows/worker_jobs.def"
#undef ROW
    NULL};

/* What rooms keep beside the records, and give along with them. */
#define ROW(room) extern const struct parcel_room room;
#include "rows/parcel_rooms.def"
#undef ROW

static const struct parcel_room *const rooms[] = {
#define ROW(room) &room,
#include "rows/parcel_rooms.def"
#undef ROW
    NULL};

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct global g = {.argc = 0};
	if (standard_fds_ensure() < 0) /* before anything is opened */
		return 1;
	setup_locale(NULL);
	private_files_begin();
	parcel_set_rooms(rooms);
	worker_main(argc, argv, jobs);
	secret_ask_by(terminal_secret_ask);
	if (secret_setup(&err) == 0 && setup_clock(&err) == 0)
		parse_global(&g, argc, argv, &err);
	const char *data = g.data ? g.data : getenv("GENBA_DATA");
	if (!err.code)
		path_set_data(data, &err);
	if (g.language && strcmp(g.language, "en") != 0 && strcmp(g.language, "ja") != 0)
		err_set(&err, ERR_USAGE, _("--lang: '%s' is no language of genba; allowed: en, ja"), g.language);
	else if (g.language)
		setup_locale(g.language);
	catch_interrupt();
	routes_begin();
	struct session s;
	session_init(&s);
	const char *path = g.path ? g.path : getenv("GENBA_CASE");
	const char *file = g.passphrase_file ? g.passphrase_file : getenv("GENBA_PASSPHRASE_FILE");
	s.path = path && *path ? xstrdup(path) : NULL;
	s.passphrase_file = file && *file ? xstrdup(file) : NULL;
	s.read_only = g.read_only;
	s.progress.step = show_progress;
	s.progress.ctx = &s;
	s.workbench = workbench_run;
	int rc = -1;
	int called = g.argc > 0 && remote_helper_is(g.argv[0]); /* by the script of the bundle */
	if (!err.code)
		rc = called || remote_helper_is(argv[0]) ? remote_helper_run(&s, g.argc - called, g.argv + called, &err)
		                                         : main_run(&s, &g, &err);
	struct err closing = ERR_INIT;
	if (session_close(&s, &closing) < 0 && rc == 0) {
		err = closing;
		rc = -1;
	}
	if (rc < 0 && *err.message)
		fprintf(stderr, "genba: %s\n", err.message);
	session_release(&s);
	free(g.argv);
	int lost = ferror(stdout); /* what a full buffer could not write is gone, and a later flush would not say so */
	if ((fflush(stdout) != 0 || lost) && rc == 0) {
		standard_output_failed(&err);
		if (*err.message)
			fprintf(stderr, "genba: %s\n", err.message);
		return 1;
	}
	return rc < 0 ? err_status(&err) : 0;
}
