/* Hives with a log, prefetch, shortcuts, jump lists, tasks, the recycle bin, logs of lines, collectors: the first byte says
 * which, the second where the log begins. */
#include "help_parser.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

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
	             {"cron", "etc/crontab"},
	             {"collector", "collection_context.json"},
	             {"collector", "log.json"},
	             {"collector", "uac.log"}};
	if (size < 2)
		return 0;
	size_t form = data[0] % (sizeof forms / sizeof *forms);
	size_t cut = (size - 2) * data[1] / 256;
	if (form > 2 || data[1] == 0)
		cut = size - 2;
	help_parse(forms[form].parser, forms[form].path, data + 2, cut, cut < size - 2 ? ".LOG1" : NULL, data + 2 + cut,
	           size - 2 - cut);
	return 0;
}
