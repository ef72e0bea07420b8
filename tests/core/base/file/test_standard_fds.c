/*
 * What becomes of closed standard descriptors, each in a process of its own.
 */
#include "base/file/standard_fds.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* 0 if, with the descriptors of the mask closed, the next file opened is none of 0, 1, 2 and the closed ones are of no use. */
static int try_mask(unsigned mask)
{
	char byte = 'x';
	for (int fd = 0; fd < 3; fd++)
		if (mask & 1U << fd)
			close(fd);
	if (standard_fds_ensure() < 0)
		return 1;
	if (open("/dev/null", O_RDWR) < 3)
		return 2;
	if ((mask & 1) && read(0, &byte, 1) >= 0)
		return 3;
	for (int fd = 1; fd < 3; fd++)
		if ((mask & 1U << fd) && write(fd, &byte, 1) >= 0)
			return 4;
	if ((mask & 1) != (standard_input(NULL) < 0))
		return 5;
	return 0;
}

static void test_every_mask(void **state)
{
	(void)state;
	for (unsigned mask = 0; mask < 8; mask++) {
		int status = -1;
		pid_t pid = fork();
		if (pid == 0)
			_exit(try_mask(mask));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_mask)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
