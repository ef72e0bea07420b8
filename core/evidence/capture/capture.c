#include "evidence/capture/capture.h"

#include "base/err.h"
#include "base/file/pathname.h"
#include "base/file/private_files.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/blob.h"
#include "case/store/record.h"
#include "evidence/capture/capture_tool.h"
#include "evidence/image/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

struct capture {
	struct case_file *c;
	const struct capture_options *options;
	struct preserved *out;
	struct err *err;
	char *tool;
	char tool_sha256[65];
	struct buf version;
	struct buf line;
	struct buf masked;
	char directory[PATH_MAX];
	char started[CLOCK_TEXT];
	char ended[CLOCK_TEXT];
	char *beside; /* folder of the case */
	struct spool output;
	struct spool errors;
	pid_t child;
	int status;
	int interrupted;
};

static int capture_start(struct capture *k, int out, int errors)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t defaults;
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, errors, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	clock_format(clock_now(), k->started);
	private_files_pause();
	int rc = posix_spawn(&k->child, k->tool, &actions, &attributes, k->options->argv, environ);
	private_files_begin();
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc == 0 ? 0 : err_set_errno(k->err, ERR_FAILED, rc, _("cannot start '%s'"), k->tool);
}

/* One read of what is ready. 1: there may be more, 0: the end, -1. */
static int capture_take(struct capture *k, struct pollfd *fd, struct spool *spool)
{
	char bytes[65536];
	if (!fd->revents)
		return 1;
	ssize_t n = read(fd->fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return 0;
	return spool_add(spool, bytes, (size_t)n, k->err) < 0 ? -1 : 1;
}

/* Reads both streams to their ends. Whoever cancels asks the program to end, then makes it. */
static int drain(struct capture *k, int out, int errors)
{
	struct pollfd fds[2] = {{out, POLLIN, 0}, {errors, POLLIN, 0}};
	int asked = 0;
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int ready = poll(fds, 2, 200);
		if (ready < 0 && errno != EINTR)
			return err_set_errno(k->err, ERR_FAILED, errno, _("cannot read what '%s' says"), k->tool);
		struct spool *spools[] = {&k->output, &k->errors};
		for (int i = 0; ready > 0 && i < 2; i++) {
			int more = fds[i].fd >= 0 ? capture_take(k, &fds[i], spools[i]) : 1;
			if (more < 0)
				return -1;
			if (more == 0)
				fds[i].fd = -1;
		}
		if (progress_step(k->options->progress, k->tool, k->output.size, 0, NULL) < 0) {
			k->interrupted = 1;
			kill(k->child, asked++ < 10 ? SIGTERM : SIGKILL);
			if (asked > 12) /* it is gone; what it started itself holds the pipe, and may for hours */
				return 0;
		}
	}
	return 0;
}

static int capture_run(struct capture *k)
{
	int out[2] = {-1, -1};
	int errors[2] = {-1, -1};
	int rc = pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0
	             ? 0
	             : err_set_errno(k->err, ERR_FAILED, errno, _("cannot make a pipe"));
	if (rc == 0)
		rc = capture_start(k, out[1], errors[1]);
	for (int i = 0; i < 2; i++)
		if ((i ? errors : out)[1] >= 0)
			close((i ? errors : out)[1]);
	if (rc == 0) {
		rc = drain(k, out[0], errors[0]);
		if (rc < 0)
			kill(k->child, SIGKILL);
		while (waitpid(k->child, &k->status, 0) < 0 && errno == EINTR)
			;
		clock_format(clock_now(), k->ended);
	}
	if (out[0] >= 0)
		close(out[0]);
	if (errors[0] >= 0)
		close(errors[0]);
	return rc;
}

static void exit_text(const struct capture *k, char text[64])
{
	if (WIFSIGNALED(k->status))
		snprintf(text, 64, "signal %d (%s)", WTERMSIG(k->status), strsignal(WTERMSIG(k->status)));
	else
		snprintf(text, 64, "%d", WEXITSTATUS(k->status));
}

/* Whether the kernel believes its clock, and what is known of the asset's. */
static void clock_text(const struct capture *k, struct buf *text)
{
	struct timex state;
	memset(&state, 0, sizeof state);
	int known = adjtimex(&state);
	buf_adds(text, known < 0                                            ? "synchronised: unknown"
	               : known == TIME_ERROR || (state.status & STA_UNSYNC) ? "synchronised: no"
	                                                                    : "synchronised: yes");
	json_t *asset = k->options->on ? record_get(k->c, k->options->on, 0, NULL) : NULL;
	const char *offset = json_get_string(asset, "clock_offset");
	if (offset)
		buf_addf(text, "; offset of %s: %s", k->options->on, offset);
	json_decref(asset);
}

static int write_record(struct capture *k, struct action *a, const struct assign *fields, size_t count)
{
	char digest[65];
	if ((!k->output.path && blob_put(k->c, k->output.memory.data, k->output.memory.len, digest, k->err) < 0) ||
	    blob_put(k->c, k->errors.memory.data, k->errors.memory.len, digest, k->err) < 0)
		return -1;
	return action_add(a, "evidence", fields, count, RECORD_MACHINE, k->out->label, k->err);
}

static int capture_record(struct capture *k)
{
	char status[64];
	char size[32];
	char key[2 * GEV_KEY + 1] = "";
	struct buf directory = BUF_INIT;
	struct buf tool = BUF_INIT;
	struct buf copy = BUF_INIT;
	struct buf clock = BUF_INIT;
	struct buf title = BUF_INIT;
	exit_text(k, status);
	clock_text(k, &clock);
	pathname_encode(k->directory, &directory);
	pathname_encode(k->tool, &tool);
	if (k->output.path) {
		pathname_encode(k->output.path, &copy);
		sodium_bin2hex(key, sizeof key, k->output.key, GEV_KEY);
	}
	buf_add(&title, k->line.data, k->line.len < 120 ? k->line.len : 120);
	snprintf(size, sizeof size, "%llu", (unsigned long long)k->output.size);
	const struct assign all[] = {{"title", title.data},
	                             {"type", "output"},
	                             {"form", k->output.path ? "sealed" : "blob"},
	                             {"on", k->options->on ? k->options->on : ""},
	                             {"method", "live"},
	                             {"command", k->line.data},
	                             {"masked", k->masked.data},
	                             {"directory", directory.data},
	                             {"tool", tool.data},
	                             {"tool_version", k->version.data},
	                             {"tool_hash", k->tool_sha256},
	                             {"started", k->started},
	                             {"ended", k->ended},
	                             {"exit_status", status},
	                             {"clock", clock.data},
	                             {"source_size", size},
	                             {"sha256", k->output.result.sha256},
	                             {"piece_root", k->output.result.piece_root},
	                             {"stderr_sha256", k->errors.result.sha256},
	                             {"copy_path", copy.data},
	                             {"container_key", key},
	                             {"complete", k->interrupted ? "interrupted" : "complete"}};
	struct assign fields[sizeof all / sizeof *all];
	size_t count = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (*all[i].value)
			fields[count++] = all[i];
	struct action *a = action_begin(k->c, "capture", k->err);
	int rc = a ? write_record(k, a, fields, count) : -1;
	if (a && rc == 0)
		rc = action_commit(a, k->err);
	else
		action_cancel(a);
	if (rc == 0 && strcmp(status, "0") != 0)
		buf_addf(&k->out->note, _("the program ended with %s; that is on record\n"), status);
	sodium_memzero(key, sizeof key);
	buf_release(&directory);
	buf_release(&tool);
	buf_release(&copy);
	buf_release(&clock);
	buf_release(&title);
	return rc;
}

static int capture_prepare(struct capture *k)
{
	if (case_may_write(k->c, k->err) < 0)
		return -1;
	if (k->options->on) {
		json_t *asset = record_get(k->c, k->options->on, 0, k->err);
		const char *kind = json_get_string(asset, "kind");
		int ok = kind_has(kind, KIND_ASSET);
		json_decref(asset);
		if (!ok)
			return err_set(k->err, ERR_USAGE, _("%s %s: not an asset of this case"), "--on",
			               k->options->on);
	}
	if (capture_command_line(k->options->argv, k->options->masks, &k->line, &k->masked, k->err) < 0)
		return -1;
	k->tool = capture_tool_find(k->options->argv[0], k->err);
	if (!k->tool)
		return -1;
	capture_tool_digest(k->tool, k->tool_sha256);
	capture_tool_version(k->tool, "", &k->version);
	if (!getcwd(k->directory, sizeof k->directory))
		snprintf(k->directory, sizeof k->directory, "?");
	const char *slash = strrchr(case_path(k->c), '/');
	k->beside = slash ? xstrndup(case_path(k->c), (size_t)(slash - case_path(k->c)) + 1) : xstrdup(".");
	return 0;
}

int evidence_capture(struct case_file *c, const struct capture_options *options, struct preserved *out, struct err *err)
{
	struct capture k = {.c = c,
	                    .options = options,
	                    .out = out,
	                    .err = err,
	                    .version = BUF_INIT,
	                    .line = BUF_INIT,
	                    .masked = BUF_INIT};
	uint64_t limit = options->limit ? options->limit : CAPTURE_LIMIT;
	memset(out, 0, sizeof *out);
	buf_init(&out->note);
	buf_init(&out->advice);
	int rc = capture_prepare(&k);
	spool_begin(&k.output, limit, k.beside, "capture", case_id(c));
	spool_begin(&k.errors, UINT64_MAX, k.beside, "capture", case_id(c));
	if (rc == 0)
		rc = capture_run(&k);
	if (rc == 0 && k.errors.size > BLOB_LIMIT)
		rc = err_set(
		    err, ERR_FAILED,
		    _("standard error has more than %u MiB: send it to standard output with the program's own means"),
		    BLOB_LIMIT >> 20);
	if (rc == 0)
		rc = spool_end(&k.output, err) < 0 || spool_end(&k.errors, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = capture_record(&k);
	out->complete = rc == 0 && !k.interrupted;
	out->size = k.output.size;
	snprintf(out->sha256, sizeof out->sha256, "%s", k.output.result.sha256);
	spool_release(&k.output);
	spool_release(&k.errors);
	buf_release(&k.version);
	buf_release(&k.line);
	buf_release(&k.masked);
	free(k.tool);
	free(k.beside);
	return rc;
}
