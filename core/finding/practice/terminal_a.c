/* The disk of PC-A, employee A's terminal. */
#include "finding/practice/terminals.h"

#include "base/err.h"
#include "finding/practice/terminals_private.h"

#include <stdlib.h>
#include <string.h>

#define DROPPER      "C:\\Users\\staff-a\\AppData\\Local\\Temp\\Temp1_seminar.zip\\seminar.doc                  .exe"
#define DROPPER_FILE "Users/staff-a/AppData/Local/Temp/Temp1_seminar.zip/seminar.doc                  .exe"
#define STAGING      "ProgramData/t"
#define ARCHIVE      "ProgramData/a.rar"

/* What is packed: the joint study of A and B, which nobody else knows of. */
static const struct {
	const char *name;
	const char *made;
	const char *copied;
	const char *text;
} packed[] = {
    {"minutes.docx", "2014-07-08T04:12:11.5Z", "2014-07-10T11:02:14.25Z",
     "Minutes of the joint study of A and B, 8 July 2014 (practice)"},
    {"RE Minutes of the joint study.msg", "2014-07-09T02:40:05.75Z", "2014-07-10T11:02:14.5Z",
     "A to B: Minutes of the joint study, minutes.zip attached (practice)"},
    {"members.xlsx", "2014-06-24T07:55:31Z", "2014-07-10T11:02:14.625Z",
     "Members of the joint study, with their addresses (practice)"},
    {"schedule.xlsx", "2014-07-08T05:01:47.125Z", "2014-07-10T11:02:14.875Z", "Schedule of the joint study (practice)"},
};

/* ①②: the mail's attachment is opened, and the RAT comes. */
static void first_infection(struct machine *m)
{
	unsigned char *bytes = machine_program("seminar", 124);
	machine_file(m, &(struct ntfs_out_file){.path = "Users/staff-a/Downloads/seminar.zip",
	                                        .bytes = "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
	                                        .size = 22,
	                                        .created = "2014-01-10T00:41:05.25Z",
	                                        .zone = "[ZoneTransfer]\r\nZoneId=3\r\n"});
	machine_file(m, &(struct ntfs_out_file){
	                    .path = DROPPER_FILE, .bytes = bytes, .size = 124, .created = "2014-01-10T00:43:51.75Z"});
	free(bytes);
	machine_process(m, "2014-01-10T00:44:02.125Z", DROPPER, "\"" DROPPER "\"", TERMINAL_EXPLORER);
	machine_started(m, "2014-01-10T00:44:02.125Z", 1, DROPPER);
	machine_prefetch(
	    m, "SEMINAR.DOC                  .EXE", (const char *const[]){"2014-01-10T00:44:02.125Z", NULL},
	    (const char *const[]){
	        "\\WINDOWS\\SYSTEM32\\NTDLL.DLL",
	        "\\USERS\\STAFF-A\\APPDATA\\LOCAL\\TEMP\\TEMP1_SEMINAR.ZIP\\SEMINAR.DOC                  .EXE",
	        "\\PROGRAMDATA\\WINUP.EXE", NULL});
	practice_infect(m, "2014-01-10T00:44:09.375Z", "2014-01-10T00:44:11.5Z");
	machine_process(m, "2014-01-10T00:44:11.625Z", TERMINAL_RAT, TERMINAL_RAT, DROPPER);
	machine_prefetch(m, "WINUP.EXE",
	                 (const char *const[]){"2014-07-15T00:01:40.5Z", "2014-07-14T00:01:39.25Z",
	                                       "2014-07-11T00:01:41.5Z", "2014-07-10T00:01:40.75Z",
	                                       "2014-07-09T00:01:38.5Z", "2014-07-08T00:01:40.25Z",
	                                       "2014-05-20T00:01:39.75Z", "2014-01-10T00:44:11.625Z", NULL},
	                 (const char *const[]){"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\WINUP.EXE",
	                                       "\\WINDOWS\\SYSTEM32\\WS2_32.DLL", NULL});
}

/* ③: the file server is tried, with a password that is not its own. */
static void lateral(struct machine *m)
{
	static const char *const tries[] = {"2014-01-10T05:14:02.25Z", "2014-01-10T05:14:40.5Z",
	                                    "2014-01-10T05:16:11.75Z"};
	machine_process(m, "2014-01-10T05:12:30.5Z", TERMINAL_CMD, "cmd.exe /c net view /domain", TERMINAL_RAT);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		machine_process(m, tries[i], "C:\\Windows\\System32\\net.exe",
		                "net use \\\\FS01\\c$ /user:A\\administrator *", TERMINAL_CMD);
		machine_credentials(m, tries[i], "administrator", "FS01");
	}
	machine_prefetch(m, "NET.EXE",
	                 (const char *const[]){tries[2], tries[1], tries[0], "2014-01-10T05:12:31Z", NULL},
	                 (const char *const[]){"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\WINDOWS\\SYSTEM32\\NET.EXE", NULL});
}

/* ④: what is chosen is copied, packed, taken away, and the copies are deleted. */
static void collection(struct machine *m)
{
	unsigned char *packer = machine_program("rar.exe", 30720);
	unsigned char *archive = machine_program("a.rar", 18432);
	machine_process(m, "2014-07-10T10:58:21.5Z", TERMINAL_CMD, "cmd.exe /c dir /s C:\\Users\\staff-a\\Documents",
	                TERMINAL_RAT);
	machine_process(m, "2014-07-10T11:02:14.125Z", "C:\\Windows\\System32\\xcopy.exe",
	                "xcopy C:\\Users\\staff-a\\Documents\\joint-study C:\\ProgramData\\t\\", TERMINAL_CMD);
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
		char *own = xasprintf("Users/staff-a/Documents/joint-study/%s", packed[i].name);
		char *copy = xasprintf(STAGING "/%s", packed[i].name);
		practice_text(m, own, packed[i].made, packed[i].made, packed[i].text);
		machine_file(m, &(struct ntfs_out_file){.path = copy,
		                                        .bytes = packed[i].text,
		                                        .size = strlen(packed[i].text),
		                                        .created = packed[i].copied,
		                                        .modified = packed[i].made,
		                                        .deleted = 1});
		machine_journal(m, packed[i].copied, copy, USN_OUT_CREATE | USN_OUT_EXTEND | USN_OUT_CLOSE);
		free(own);
		free(copy);
	}
	/* the packer's times were set back to those of Windows' own files */
	machine_file(m, &(struct ntfs_out_file){.path = "ProgramData/rar.exe",
	                                        .bytes = packer,
	                                        .size = 30720,
	                                        .created = "2013-08-22T04:11:37Z",
	                                        .named = "2014-07-10T11:12:48.5Z"});
	machine_journal(m, "2014-07-10T11:12:48.5Z", "ProgramData/rar.exe",
	                USN_OUT_CREATE | USN_OUT_EXTEND | USN_OUT_CLOSE);
	machine_process(m, "2014-07-10T11:18:20.25Z", TERMINAL_PACKER,
	                "rar.exe a -hpk7x -r C:\\ProgramData\\a.rar C:\\ProgramData\\t\\*", TERMINAL_CMD);
	machine_prefetch(m, "RAR.EXE", (const char *const[]){"2014-07-10T11:18:20.25Z", NULL},
	                 (const char *const[]){
	                     "\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\RAR.EXE", "\\PROGRAMDATA\\A.RAR",
	                     "\\PROGRAMDATA\\T\\MINUTES.DOCX", "\\PROGRAMDATA\\T\\RE MINUTES OF THE JOINT STUDY.MSG",
	                     "\\PROGRAMDATA\\T\\MEMBERS.XLSX", "\\PROGRAMDATA\\T\\SCHEDULE.XLSX", NULL});
	memcpy(archive, "Rar!\x1A\7\0", 7); /* its names are locked, too: -hp */
	machine_file(m, &(struct ntfs_out_file){.path = ARCHIVE,
	                                        .bytes = archive,
	                                        .size = 18432,
	                                        .created = "2014-07-10T11:18:20.5Z",
	                                        .modified = "2014-07-10T11:18:21.75Z",
	                                        .deleted = 1});
	machine_journal(m, "2014-07-10T11:18:20.5Z", ARCHIVE, USN_OUT_CREATE);
	machine_journal(m, "2014-07-10T11:18:21.75Z", ARCHIVE, USN_OUT_CREATE | USN_OUT_EXTEND | USN_OUT_CLOSE);
	machine_process(m, "2014-07-10T11:31:05.5Z", TERMINAL_CMD,
	                "cmd.exe /c del /q C:\\ProgramData\\a.rar C:\\ProgramData\\t\\*", TERMINAL_RAT);
	machine_journal(m, "2014-07-10T11:31:05.625Z", ARCHIVE, USN_OUT_DELETE | USN_OUT_CLOSE);
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
		char *copy = xasprintf(STAGING "/%s", packed[i].name);
		machine_journal(m, "2014-07-10T11:31:05.75Z", copy, USN_OUT_DELETE | USN_OUT_CLOSE);
		free(copy);
	}
	free(packer);
	free(archive);
}

/* ④, too: the archive is uploaded by the terminal's own browser, at night. The newest pages stand in the -wal only. */
static void upload(struct machine *m)
{
	static const struct history_out_page pages[] = {
	    {"2014-01-10T00:47:20.5Z", "http://www.practice-event.invalid/", "Seminar office", NULL, 0},
	    {"2014-03-03T02:08:31.5Z", "http://www.vendor.example/tray-setup.exe", "",
	     "C:\\Users\\staff-a\\Downloads\\tray-setup.exe", 51200},
	    {"2014-05-20T00:12:44.25Z", "http://www.news.example/", "News", NULL, 0},
	    {"2014-07-09T01:31:08.75Z", "http://mail.a.example/", "Webmail of organisation A", NULL, 0},
	    {"2014-07-10T00:09:15.5Z", "http://www.news.example/", "News", NULL, 0},
	    {"2014-07-10T11:22:40.25Z", "http://up.free-storage.example/", "Free storage", NULL, 0},
	    {"2014-07-10T11:24:31.5Z", "http://up.free-storage.example/put?name=a.rar",
	     "Free storage: a.rar was received", NULL, 0},
	};
	machine_process(m, "2014-07-10T11:22:31.25Z", "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
	                "chrome.exe http://up.free-storage.example/", TERMINAL_RAT);
	machine_history(m, pages, sizeof pages / sizeof *pages, 5);
}

int terminal_a_write(const char *path, struct err *err)
{
	static const char *const days[] = {"2014-01-06", "2014-01-10", "2014-05-20", "2014-07-08", "2014-07-09",
	                                   "2014-07-10", "2014-07-11", "2014-07-14", "2014-07-15", NULL};
	struct machine *m = machine_new(&(struct machine_kind){.name = "PC-A",
	                                                       .domain = "a.example",
	                                                       .user = "staff-a",
	                                                       .system = "Windows 8.1 Pro",
	                                                       .prefetch = 26,
	                                                       .command_lines = 1,
	                                                       .serial = 0x6A1C20140716A001,
	                                                       .made = "2013-11-05T01:12:44.5Z",
	                                                       .stopped = "2014-07-16T00:42:18.25Z"});
	practice_ordinary(m, days);
	first_infection(m);
	lateral(m);
	collection(m);
	upload(m);
	int rc = machine_write(m, path, err);
	machine_free(m);
	return rc;
}
