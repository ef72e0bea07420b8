#include "finding/mail/files/format.h"

#include "finding/mail/files/span.h"

#include <strings.h>

static const struct {
	const char *name;
	const char *archive;
	const char *suspect;
} formats[FORMAT_COUNT] = {
    [FORMAT_UNKNOWN] = {"", NULL, "other"},
    [FORMAT_EXE] = {"exe", NULL, "exe"},
    [FORMAT_SCR] = {"scr", NULL, "scr"},
    [FORMAT_CPL] = {"cpl", NULL, "cpl"},
    [FORMAT_CFB] = {"cfb", NULL, "office"},
    [FORMAT_OOXML] = {"ooxml", NULL, "office"},
    [FORMAT_RTF] = {"rtf", NULL, "office"},
    [FORMAT_ODF] = {"odf", NULL, "other"},
    [FORMAT_PDF] = {"pdf", NULL, "pdf"},
    [FORMAT_ZIP] = {"zip", "zip", NULL},
    [FORMAT_RAR] = {"rar", "rar", NULL},
    [FORMAT_LZH] = {"lzh", "lzh", NULL},
    [FORMAT_7Z] = {"7z", "7z", NULL},
    [FORMAT_ARJ] = {"arj", "other", NULL},
    [FORMAT_GZ] = {"gz", "other", NULL},
    [FORMAT_CAB] = {"cab", "other", NULL},
    [FORMAT_BZ2] = {"bz2", "other", NULL},
    [FORMAT_XZ] = {"xz", "other", NULL},
    [FORMAT_TAR] = {"tar", "other", NULL},
    [FORMAT_ACE] = {"ace", "other", NULL},
    [FORMAT_JAR] = {"jar", NULL, "other"},
    [FORMAT_ISO] = {"iso", NULL, "other"},
    [FORMAT_VHD] = {"vhd", NULL, "other"},
    [FORMAT_LNK] = {"lnk", NULL, "other"},
    [FORMAT_SCRIPT] = {"script", NULL, "other"},
    [FORMAT_CHM] = {"chm", NULL, "other"},
    [FORMAT_HTML] = {"html", NULL, "other"},
    [FORMAT_SVG] = {"svg", NULL, "other"},
    [FORMAT_IMAGE] = {"image", NULL, "other"},
    [FORMAT_MSG] = {"msg", NULL, "other"},
    [FORMAT_MAIL] = {"mail", NULL, "other"},
    [FORMAT_TNEF] = {"tnef", NULL, NULL},
    [FORMAT_SIGNATURE] = {"signature", NULL, NULL},
    [FORMAT_CALENDAR] = {"calendar", NULL, "other"},
    [FORMAT_TEXT] = {"text", NULL, "other"},
    [FORMAT_MEDIA] = {"media", NULL, "other"},
};

static const struct {
	const char *list;
	enum file_format format;
} extensions[] = {
    {"exe com dll pif sys ocx msi", FORMAT_EXE},
    {"scr", FORMAT_SCR},
    {"cpl", FORMAT_CPL},
    {"doc xls ppt dot xlt pps jtd hwp", FORMAT_CFB},
    {"docx xlsx pptx docm xlsm pptm dotx dotm xltx xltm xlsb ppsx ppsm", FORMAT_OOXML},
    {"rtf", FORMAT_RTF},
    {"odt ods odp", FORMAT_ODF},
    {"pdf", FORMAT_PDF},
    {"zip", FORMAT_ZIP},
    {"rar", FORMAT_RAR},
    {"lzh lha", FORMAT_LZH},
    {"7z", FORMAT_7Z},
    {"arj", FORMAT_ARJ},
    {"gz tgz", FORMAT_GZ},
    {"cab", FORMAT_CAB},
    {"bz2 tbz", FORMAT_BZ2},
    {"xz txz", FORMAT_XZ},
    {"tar", FORMAT_TAR},
    {"ace", FORMAT_ACE},
    {"jar", FORMAT_JAR},
    {"iso img udf", FORMAT_ISO},
    {"vhd vhdx vmdk", FORMAT_VHD},
    {"lnk url pif", FORMAT_LNK},
    {"js jse vbs vbe vb wsf wsh wsc hta bat cmd ps1 psm1 sct py jar reg inf iqy slk application", FORMAT_SCRIPT},
    {"chm", FORMAT_CHM},
    {"html htm xhtml shtml mht mhtml", FORMAT_HTML},
    {"svg", FORMAT_SVG},
    {"jpg jpeg png gif bmp tif tiff webp ico emf wmf", FORMAT_IMAGE},
    {"msg", FORMAT_MSG},
    {"eml", FORMAT_MAIL},
    {"p7s asc sig", FORMAT_SIGNATURE},
    {"ics vcs", FORMAT_CALENDAR},
    {"txt csv log xml json md vcf", FORMAT_TEXT},
    {"mp3 mp4 wav avi mov wmv ttf otf woff", FORMAT_MEDIA},
};

static const char *extension_of(const char *name)
{
	const char *dot = name ? strrchr(name, '.') : NULL;
	return dot ? dot + 1 : "";
}

int file_format_extension_is(const char *name, const char *list)
{
	const char *extension = extension_of(name);
	size_t n = strlen(extension);
	while (n && (extension[n - 1] == ' ' || extension[n - 1] == '.'))
		n--;
	for (const char *p = list; n && *p; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length == n && strncasecmp(p, extension, n) == 0)
			return 1;
		p += length;
	}
	return 0;
}

enum file_format file_format_by_name(const char *name)
{
	for (size_t i = 0; name && i < sizeof extensions / sizeof *extensions; i++)
		if (file_format_extension_is(name, extensions[i].list))
			return extensions[i].format;
	return FORMAT_UNKNOWN;
}

/* A zip that is another thing: its first entries say so. */
static enum file_format zip_sort(struct span s)
{
	struct span head = span_of(s, 0, 4096);
	struct span tail = span_of(s, s.n > 65536 ? s.n - 65536 : 0, 65536);
	static const char word[] = "mimetypeapplication/vnd.oasis.opendocument";
	if (memmem(head.p, head.n, word, sizeof word - 1))
		return FORMAT_ODF;
	/* names of the central directory: a stored zip may hold such a file, but not its entries in the directory's place */
	for (const unsigned char *p = tail.p; (p = memmem(p, tail.n - (size_t)(p - tail.p), "PK\1\2", 4)) != NULL;
	     p += 4) {
		struct span entry = span_of(tail, (size_t)(p - tail.p), 46 + 32);
		unsigned n = span_16(entry, 28);
		if (n == 19 && span_is(entry, 46, "[Content_Types].xml", 19))
			return FORMAT_OOXML;
		if (n == 20 && span_is(entry, 46, "META-INF/MANIFEST.MF", 20))
			return FORMAT_JAR;
	}
	return FORMAT_ZIP;
}

static enum file_format cfb_sort(struct span s)
{
	static const char msg[] = "_\0_\0s\0u\0b\0s\0t\0g\0001\0.\0000";
	static const char msg_properties[] = "_\0_\0p\0r\0o\0p\0e\0r\0t\0i\0e\0s\0_\0v\0e\0r";
	struct span head = s.n > (4U << 20) ? span_of(s, 0, 4U << 20) : s;
	if (memmem(head.p, head.n, msg, sizeof msg - 1) ||
	    memmem(head.p, head.n, msg_properties, sizeof msg_properties - 1))
		return FORMAT_MSG;
	return FORMAT_CFB;
}

static enum file_format program_sort(struct span s, const char *name)
{
	uint32_t pe = span_32(s, 0x3C);
	if (file_format_extension_is(name, "scr"))
		return FORMAT_SCR;
	if (file_format_extension_is(name, "cpl") ||
	    (span_is(s, pe, "PE\0\0", 4) && span_16(s, (size_t)pe + 22) & 0x2000 && memmem(s.p, s.n, "CPlApplet", 10)))
		return FORMAT_CPL;
	return FORMAT_EXE;
}

static int is_binary(struct span s)
{
	struct span head = span_of(s, 0, 1024);
	return memchr(head.p, 0, head.n) != NULL;
}

static int begins_html(struct span s)
{
	size_t i = 0;
	while (i < s.n && i < 512 && (s.p[i] <= ' ' || s.p[i] == 0xEF || s.p[i] == 0xBB || s.p[i] == 0xBF))
		i++;
	struct span head = span_of(s, i, 15);
	return (head.n >= 5 && strncasecmp((const char *)head.p, "<html", 5) == 0) ||
	       (head.n >= 14 && strncasecmp((const char *)head.p, "<!doctype html", 14) == 0);
}

static const struct {
	size_t at;
	size_t n;
	const char *bytes;
	enum file_format format;
} signatures[] = {
    {0, 4, "%PDF", FORMAT_PDF},
    {0, 5, "{\\rtf", FORMAT_RTF},
    {0, 4, "{\\rt", FORMAT_RTF},
    {0, 7, "Rar!\x1A\x07\x00", FORMAT_RAR},
    {0, 7, "Rar!\x1A\x07\x01", FORMAT_RAR},
    {0, 4, "RE~^", FORMAT_RAR},
    {0, 6, "7z\xBC\xAF\x27\x1C", FORMAT_7Z},
    {0, 2, "\x60\xEA", FORMAT_ARJ},
    {0, 3, "\x1F\x8B\x08", FORMAT_GZ},
    {0, 4, "MSCF", FORMAT_CAB},
    {0, 3, "BZh", FORMAT_BZ2},
    {0, 6,
     "\xFD"
     "7zXZ\0",
     FORMAT_XZ},
    {257, 5, "ustar", FORMAT_TAR},
    {7, 7, "**ACE**", FORMAT_ACE},
    {0, 4, "\x4C\0\0\0", FORMAT_LNK},
    {0, 4, "ITSF", FORMAT_CHM},
    {0, 4,
     "\x7F"
     "ELF",
     FORMAT_EXE},
    {0, 4, "\xCF\xFA\xED\xFE", FORMAT_EXE},
    {0, 4, "\xCA\xFE\xBA\xBE", FORMAT_EXE},
    {0, 8, "\x89PNG\r\n\x1A\n", FORMAT_IMAGE},
    {0, 3, "\xFF\xD8\xFF", FORMAT_IMAGE},
    {0, 4, "GIF8", FORMAT_IMAGE},
    {0, 4, "II*\0", FORMAT_IMAGE},
    {0, 4, "MM\0*", FORMAT_IMAGE},
    {8, 4, "WEBP", FORMAT_IMAGE},
    {0, 4, "\x78\x9F\x3E\x22", FORMAT_TNEF},
    {0x8001, 5, "CD001", FORMAT_ISO},
    {0, 8, "conectix", FORMAT_VHD},
    {0, 8, "vhdxfile", FORMAT_VHD},
    {0, 4, "KDMV", FORMAT_VHD},
    {0, 4, "#@~^", FORMAT_SCRIPT},
    {6, 9, "VCALENDAR", FORMAT_CALENDAR},
};

static int is_lzh(struct span s)
{
	return s.n > 21 && s.p[2] == '-' && (s.p[3] == 'l' || s.p[3] == 'p') && s.p[6] == '-' && s.p[20] <= 3;
}

enum file_format file_format_of(const void *bytes, size_t n, const char *name)
{
	struct span s = {bytes, n};
	enum file_format named = file_format_by_name(name);
	if (span_is(s, 0, "MZ", 2) && n >= 64 && (named != FORMAT_TEXT || is_binary(s)))
		return program_sort(s, name);
	if (span_is(s, 0, "PK\3\4", 4) || span_is(s, 0, "PK\5\6", 4) || span_is(s, 0, "PK00PK\3\4", 8))
		return zip_sort(s);
	if (span_is(s, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
		return cfb_sort(s);
	for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
		if (span_is(s, signatures[i].at, signatures[i].bytes, signatures[i].n) &&
		    (signatures[i].format != FORMAT_ARJ || span_16(s, 2) <= 2600))
			return signatures[i].format;
	if (is_lzh(s))
		return FORMAT_LZH;
	struct span head = span_of(s, 0, 4096);
	if (memmem(head.p, head.n, "<svg", 4) && !is_binary(s))
		return FORMAT_SVG;
	if (begins_html(s))
		return named == FORMAT_SCRIPT ? FORMAT_SCRIPT : FORMAT_HTML;
	if (named == FORMAT_TEXT || named == FORMAT_SCRIPT || named == FORMAT_HTML || named == FORMAT_MAIL ||
	    named == FORMAT_SIGNATURE || named == FORMAT_CALENDAR || named == FORMAT_MEDIA || named == FORMAT_LNK)
		return named;
	return n == 0 || is_binary(s) ? FORMAT_UNKNOWN : FORMAT_TEXT;
}

const char *file_format_name(enum file_format format)
{
	return format < FORMAT_COUNT ? formats[format].name : "";
}

int file_format_is_program(enum file_format format)
{
	return format == FORMAT_EXE || format == FORMAT_SCR || format == FORMAT_CPL;
}

const char *file_format_archive(enum file_format format)
{
	return format < FORMAT_COUNT ? formats[format].archive : NULL;
}

const char *file_format_suspect(enum file_format format)
{
	return format < FORMAT_COUNT ? formats[format].suspect : NULL;
}
