/*
 * What a file is: by its content where that tells, else by its name.
 *
 *     enum file_format f = file_format_of(bytes, n, "見積書.doc");        // a program named .doc is a program
 *     file_format_name(f);                                               // "exe"
 *     file_format_archive(f), file_format_suspect(f);                         // its rows in figures, or NULL
 *
 * Sources: Microsoft PE, MS-CFB, MS-SHLLINK, APPNOTE.TXT (zip), and the signatures that each format's own page gives.
 */
#ifndef GENBA_FINDING_MAIL_FILES_FORMAT_H
#define GENBA_FINDING_MAIL_FILES_FORMAT_H

#include <stddef.h>

enum file_format {
	FORMAT_UNKNOWN,
	FORMAT_EXE, /* any program that is none of the next two */
	FORMAT_SCR,
	FORMAT_CPL,
	FORMAT_CFB,   /* a compound file that is no message: older Office documents */
	FORMAT_OOXML, /* zips of Office */
	FORMAT_RTF,
	FORMAT_ODF,
	FORMAT_PDF,
	FORMAT_ZIP,
	FORMAT_RAR,
	FORMAT_LZH,
	FORMAT_7Z,
	FORMAT_ARJ,
	FORMAT_GZ,
	FORMAT_CAB,
	FORMAT_BZ2,
	FORMAT_XZ,
	FORMAT_TAR,
	FORMAT_ACE,
	FORMAT_JAR,
	FORMAT_ISO,
	FORMAT_VHD,
	FORMAT_LNK,
	FORMAT_SCRIPT,
	FORMAT_CHM,
	FORMAT_HTML,
	FORMAT_SVG,
	FORMAT_IMAGE,
	FORMAT_MSG,
	FORMAT_MAIL,
	FORMAT_TNEF,
	FORMAT_SIGNATURE,
	FORMAT_CALENDAR,
	FORMAT_TEXT,
	FORMAT_MEDIA, /* sound, film, fonts */
	FORMAT_COUNT
};

/* By content, and where that says nothing by the name (may be NULL). */
enum file_format file_format_of(const void *bytes, size_t n, const char *name);

/* By the name alone: of what is locked. */
enum file_format file_format_by_name(const char *name);

const char *file_format_name(enum file_format format);    /* "exe"; "" for unknown */
int file_format_is_program(enum file_format format);      /* exe, scr, cpl */
const char *file_format_archive(enum file_format format); /* "zip", "rar", "lzh", "7z", "other"; NULL: no archive */
const char *file_format_suspect(
    enum file_format format); /* "exe", "scr", "cpl", "office", "pdf", "other"; NULL: archives */
int file_format_extension_is(const char *name, const char *list); /* "exe scr com": whether it is one of them */

#endif
