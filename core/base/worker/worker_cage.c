/*
 * The cage: resource limits and a list of the system calls that are left.
 *
 * Opening or asking about files answers "permission denied", since libraries
 * look for their settings in good faith and go on without. What no parser does
 * in good faith (network, processes, programs, tracing) ends the process with
 * SIGSYS, which the parent reports as such.
 *
 * Two calls come as a signal (SIGSYS) to this process itself, since the filter
 * cannot look at the path that they name. fstatat() with an empty path is fstat(),
 * which newer C libraries ask for in this form; every other path is "permission
 * denied". Where files were handed over, openat() of a name of worker_input_name()
 * gets its descriptor, every other is "permission denied". The kernel carries out
 * neither, so that a parser which has gone wild gains nothing by calling them.
 */
#include "base/worker/worker_private.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getrusage),
    SCMP_SYS(membarrier),
};

static const int denied[] = {
    SCMP_SYS(open),       SCMP_SYS(openat2),   SCMP_SYS(creat),      SCMP_SYS(access),  SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(stat),      SCMP_SYS(lstat),      SCMP_SYS(statx),   SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),    SCMP_SYS(readlink),  SCMP_SYS(readlinkat), SCMP_SYS(getcwd),  SCMP_SYS(getdents64),
    SCMP_SYS(ioctl),      SCMP_SYS(fadvise64), SCMP_SYS(ftruncate),  SCMP_SYS(unlink),  SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),      SCMP_SYS(rename),    SCMP_SYS(mlock),      SCMP_SYS(munlock), SCMP_SYS(pwrite64),
};

/* ---- calls that are answered here */

#if defined(__x86_64__)
#define CALL_ARGUMENT(u, n) ((u)->uc_mcontext.gregs[(const int[]){REG_RDI, REG_RSI, REG_RDX}[n]])
#define CALL_RESULT(u, n)   ((u)->uc_mcontext.gregs[REG_RAX] = (n))
#define CAN_ANSWER          1
#elif defined(__aarch64__)
#define CALL_ARGUMENT(u, n) ((u)->uc_mcontext.regs[n])
#define CALL_RESULT(u, n)   ((u)->uc_mcontext.regs[0] = (unsigned long long)(long long)(n))
#define CAN_ANSWER          1
#else
#define CALL_ARGUMENT(u, n) ((void)(u), (uintptr_t) "")
#define CALL_RESULT(u, n)   ((void)(u), (void)(n))
#define CAN_ANSWER          0
#endif

static size_t handed_over;

/* The descriptor of a name that worker_input_name() gives, or -EACCES. */
static int answer_open(const char *path)
{
	size_t n = 0;
	int given = strncmp(path, WORKER_NAME, sizeof WORKER_NAME - 1) == 0 && path[sizeof WORKER_NAME - 1];
	for (path += given ? sizeof WORKER_NAME - 1 : 0; given && *path; path++) {
		given = *path >= '0' && *path <= '9' && n < handed_over;
		n = n * 10 + (size_t)(*path - '0');
	}
	return given && n < handed_over && lseek(WORKER_FILE + (int)n, 0, SEEK_SET) == 0 ? WORKER_FILE + (int)n
	                                                                                 : -EACCES;
}

static void answer_call(int signal, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	const char *path = (const char *)(uintptr_t)CALL_ARGUMENT(u, 1);
	int before = errno;
	(void)signal;
	if (info->si_syscall == SYS_openat)
		CALL_RESULT(u, answer_open(path));
	else if (info->si_syscall == SYS_newfstatat && !*path)
		CALL_RESULT(u, syscall(SYS_fstat, CALL_ARGUMENT(u, 0), CALL_ARGUMENT(u, 2)) == 0 ? 0 : -errno);
	else
		CALL_RESULT(u, -EACCES);
	errno = before;
}

static int add_answered(scmp_filter_ctx filter, size_t files)
{
	static const int calls[] = {SCMP_SYS(openat), SCMP_SYS(newfstatat)};
	struct sigaction action = {.sa_sigaction = answer_call, .sa_flags = SA_SIGINFO};
	handed_over = files;
	if (CAN_ANSWER && sigaction(SIGSYS, &action, NULL) < 0)
		return -1;
	int rc = 0;
	for (size_t i = 0; i < sizeof calls / sizeof *calls && rc == 0; i++)
		rc = seccomp_rule_add_array(filter, CAN_ANSWER ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EACCES), calls[i], 0,
		                            NULL);
	return rc;
}

static void limit(int what, rlim_t value)
{
	struct rlimit now;
	struct rlimit wanted = {value, value};
	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < value)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	setrlimit((__rlimit_resource_t)what, &wanted);
}

static void set_limits(const struct worker_limits *limits, size_t files)
{
	if (!WORKER_SANITIZED)
		limit(RLIMIT_AS, limits->memory);
	limit(RLIMIT_CPU, (rlim_t)limits->cpu_seconds + 1);
	struct rlimit cpu = {limits->cpu_seconds, (rlim_t)limits->cpu_seconds + 1}; /* SIGXCPU first: it says why */
	setrlimit(RLIMIT_CPU, &cpu);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_NOFILE, WORKER_FILE + (files ? files : 1));
}

/* Calls that are left for some values of one argument: refused with an error number, or allowed (0). */
struct conditional {
	int call;
	unsigned argument;
	enum scmp_compare compare;
	scmp_datum_t a; /* with SCMP_CMP_MASKED_EQ: the mask, and `b` what it must give */
	scmp_datum_t b;
	int error;
};

#define LAST_WRITTEN (WORKER_SANITIZED ? STDERR_FILENO : STDOUT_FILENO)

static const struct conditional conditionals[] = {
    /* Only the pipe to the parent is written; chatter of libraries on standard error goes nowhere. */
    {SCMP_SYS(write), 0, SCMP_CMP_LE, LAST_WRITTEN, 0, 0},
    {SCMP_SYS(write), 0, SCMP_CMP_GT, LAST_WRITTEN, 0, EBADF},
    {SCMP_SYS(writev), 0, SCMP_CMP_LE, LAST_WRITTEN, 0, 0},
    {SCMP_SYS(writev), 0, SCMP_CMP_GT, LAST_WRITTEN, 0, EBADF},
    /* No new code. */
    {SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0, 0},
    {SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC, EACCES},
    {SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0, 0},
    {SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC, EACCES},
    {SCMP_SYS(fcntl), 1, SCMP_CMP_EQ, F_GETFD, 0, 0},
    {SCMP_SYS(fcntl), 1, SCMP_CMP_EQ, F_GETFL, 0, 0},
    /* Limits may be asked, not set. */
    {SCMP_SYS(prlimit64), 2, SCMP_CMP_EQ, 0, 0, 0},
};

static int add_conditional(scmp_filter_ctx filter, const struct conditional *c)
{
	struct scmp_arg_cmp condition = {c->argument, c->compare, c->a, c->b};
	return seccomp_rule_add_array(filter, c->error ? SCMP_ACT_ERRNO((unsigned)c->error) : SCMP_ACT_ALLOW, c->call,
	                              1, &condition);
}

static int add_rules(scmp_filter_ctx filter, size_t files)
{
	int rc = add_answered(filter, files);
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed && rc == 0; i++)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
	for (size_t i = 0; i < sizeof denied / sizeof *denied && rc == 0; i++)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), denied[i], 0, NULL);
	for (size_t i = 0; i < sizeof conditionals / sizeof *conditionals && rc == 0; i++)
		rc = add_conditional(filter, &conditionals[i]);
	const struct conditional to_itself = {SCMP_SYS(tgkill),       0, SCMP_CMP_EQ,
	                                      (scmp_datum_t)getpid(), 0, 0}; /* abort() */
	return rc == 0 ? add_conditional(filter, &to_itself) : rc;
}

int worker_cage(const struct worker_limits *limits, size_t files)
{
	if (!WORKER_SANITIZED)
		close(STDERR_FILENO);
	if (worker_close_from(WORKER_FILE + (int)files, 0) < 0)
		return -1;
	set_limits(limits, files);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = filter ? add_rules(filter, files) : -ENOMEM;
	if (rc == 0)
		rc = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return rc < 0 ? -1 : 0;
}
