#include "base/file/private_files.h"

#include <sys/stat.h>

#define PRIVATE 077

static mode_t of_person = PRIVATE;

void private_files_begin(void)
{
	mode_t before = umask(PRIVATE);
	if (before != PRIVATE)
		of_person = before;
}

void private_files_pause(void)
{
	umask(of_person);
}
