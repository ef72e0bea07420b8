#include "finding/sweep/image/image_kinds.h"

#include <string.h>
#include <strings.h>

/* What nobody searches for text: pictures, sound, programs and their parts. Raw they were read. */
static const char *const others[] = {"exe", "dll",  "sys",  "mui",  "ocx",  "cpl",   "scr", "drv", "efi", "cat",
                                     "msi", "msp",  "jpg",  "jpeg", "png",  "gif",   "bmp", "ico", "cur", "ani",
                                     "tif", "tiff", "webp", "mp3",  "mp4",  "avi",   "mov", "mkv", "wav", "wmv",
                                     "ttf", "ttc",  "otf",  "fon",  "woff", "woff2", "so",  "o",   "a",   "ko",
                                     "pyc", "pdb",  "vmem", "vmdk", "vhd",  "vhdx"};

static const char *const wanted[] = {
    "txt",  "log",  "csv",    "tsv", "json", "jsonl", "xml",     "htm",  "html", "hta",  "ini", "inf",  "cfg",
    "conf", "bat",  "cmd",    "ps1", "psm1", "vbs",   "js",      "jse",  "wsf",  "sh",   "py",  "pl",   "php",
    "asp",  "aspx", "jsp",    "md",  "rtf",  "eml",   "msg",     "mbox", "pst",  "ost",  "dbx", "evtx", "evt",
    "hve",  "db",   "sqlite", "mdb", "edb",  "accdb", "sqlite3", "ldb",  "url",  "lnk",  "gz",  "zst",  "bz2",
    "xz",   "zip",  "7z",     "rar", "tar",  "tgz",   "cab",     "docx", "xlsx", "pptx", "job"};

static int is_among(const char *ending, const char *const *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(ending, all[i]) == 0)
			return 1;
	return 0;
}

int image_kind_of_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (!dot || !dot[1])
		return -1;
	if (is_among(dot + 1, wanted, sizeof wanted / sizeof *wanted))
		return 1;
	return is_among(dot + 1, others, sizeof others / sizeof *others) ? 0 : -1;
}

int image_kind_of_head(const unsigned char *head, size_t n)
{
	static const struct {
		size_t at;
		size_t n;
		const char *mark;
	} marks[] = {{0, 4, "regf"},
	             {0, 7, "ElfFile"},
	             {0, 15, "SQLite format 3"},
	             {4, 4, "\xEF\xCD\xAB\x89"}, /* ESE */
	             {0, 4, "!BDN"},             /* PST */
	             {0, 3, "\x1F\x8B\x08"},
	             {0, 4, "\x28\xB5\x2F\xFD"},
	             {0, 4, "PK\3\4"},
	             {0, 2, "\xFF\xFE"},
	             {0, 2, "\xFE\xFF"}};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (n >= marks[i].at + marks[i].n && memcmp(head + marks[i].at, marks[i].mark, marks[i].n) == 0)
			return 1;
	for (size_t i = 0; i < n; i++)
		if (head[i] < 0x20 && !memchr("\t\n\v\f\r\033", head[i], 6))
			return 0;
	return n > 0;
}
