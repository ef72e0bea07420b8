#include "help_intake.h"

#include "base/json.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct intake in;

int take(const char *format, const char *text, size_t n, struct err *err)
{
	char *path = xasprintf("%s/in-%llu", scratch, (unsigned long long)commits());
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	intake_release_result(&in);
	in.c = the_case;
	in.format = intake_format_find(format);
	in.fd = fd;
	in.name = "in.file";
	in.items = in.taken = in.named = in.added = in.updated = 0;
	*in.evidence = *in.check = '\0';
	int rc = intake_run(&in, err);
	close(fd);
	unlink(path);
	free(path);
	return rc;
}

void taken(const char *format, const char *text, unsigned items, unsigned of_them)
{
	struct err err = ERR_INIT;
	if (take(format, text, strlen(text), &err) < 0)
		fail_msg("%s: %s", format, err.message);
	if (in.items != items || in.taken != of_them || in.named != items - of_them) {
		char *loss = json_dumps(in.loss, JSON_INDENT(1));
		fail_msg("%s: %llu items, %llu taken, %llu named, not %u and %u:\n%s", format,
		         (unsigned long long)in.items, (unsigned long long)in.taken, (unsigned long long)in.named,
		         items, of_them, loss);
	}
}

long lost(const char *what, const char *field)
{
	size_t i;
	json_t *line;
	long sum = 0;
	json_array_foreach(in.loss, i, line)
		if (json_is(line, "what", what) && json_is(line, "field", field))
			sum += (long)json_integer_value(json_object_get(line, "records"));
	return sum;
}

int intake_setup(void **state)
{
	in = (struct intake){.fd = -1};
	return case_setup(state);
}

int intake_teardown(void **state)
{
	intake_release_result(&in);
	in = (struct intake){.fd = -1};
	return case_teardown(state);
}
