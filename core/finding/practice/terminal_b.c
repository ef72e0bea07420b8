/* The disk of PC-B, employee B's terminal: the same RAT on another host. Its Windows does not record command lines. */
#include "finding/practice/terminals.h"

#include "base/err.h"
#include "finding/practice/terminals_private.h"

#include <stdlib.h>

#define DROPPER      "C:\\Users\\staff-b\\AppData\\Local\\Temp\\Temp1_minutes(1).zip\\minutes(1).scr"
#define DROPPER_FILE "Users/staff-b/AppData/Local/Temp/Temp1_minutes(1).zip/minutes(1).scr"

int terminal_b_write(const char *path, struct err *err)
{
	static const char *const days[] = {"2014-06-02", "2014-07-10", "2014-07-11", "2014-07-14", "2014-07-15", NULL};
	struct machine *m = machine_new(&(struct machine_kind){.name = "PC-B",
	                                                       .domain = "a.example",
	                                                       .user = "staff-b",
	                                                       .system = "Windows 7 Professional",
	                                                       .prefetch = 23,
	                                                       .serial = 0x6A1C20140716B002,
	                                                       .made = "2012-04-02T02:31:09.5Z",
	                                                       .stopped = "2014-07-16T01:05:51.75Z"});
	unsigned char *bytes = machine_program("minutes", 124);
	unsigned char *packer = machine_program("rar.exe", 30720);
	unsigned char *archive = machine_program("b.rar", 90112);
	practice_ordinary(m, days);
	/* ⑤⑥ */
	machine_file(m, &(struct ntfs_out_file){
	                    .path = DROPPER_FILE, .bytes = bytes, .size = 124, .created = "2014-07-11T01:10:52.5Z"});
	machine_process(m, "2014-07-11T01:10:58.25Z", DROPPER, "", TERMINAL_EXPLORER);
	machine_started(m, "2014-07-11T01:10:58.25Z", 1, DROPPER);
	machine_prefetch(
	    m, "MINUTES(1).SCR", (const char *const[]){"2014-07-11T01:10:58.25Z", NULL},
	    (const char *const[]){"\\WINDOWS\\SYSTEM32\\NTDLL.DLL",
	                          "\\USERS\\STAFF-B\\APPDATA\\LOCAL\\TEMP\\TEMP1_MINUTES(1).ZIP\\MINUTES(1).SCR",
	                          "\\PROGRAMDATA\\WINUP.EXE", NULL});
	practice_infect(m, "2014-07-11T01:11:02.5Z", "2014-07-11T01:11:04.25Z");
	machine_process(m, "2014-07-11T01:11:04.5Z", TERMINAL_RAT, "", DROPPER);
	machine_prefetch(m, "WINUP.EXE",
	                 (const char *const[]){"2014-07-15T00:02:10.5Z", "2014-07-11T01:11:04.5Z", NULL},
	                 (const char *const[]){"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\WINUP.EXE", NULL});
	/* ⑦ */
	machine_file(
	    m, &(struct ntfs_out_file){
	           .path = "ProgramData/rar.exe", .bytes = packer, .size = 30720, .created = "2014-07-11T11:03:30.5Z"});
	machine_process(m, "2014-07-11T11:09:12.75Z", TERMINAL_PACKER, "", TERMINAL_CMD);
	machine_prefetch(m, "RAR.EXE", (const char *const[]){"2014-07-11T11:09:12.75Z", NULL},
	                 (const char *const[]){"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\RAR.EXE",
	                                       "\\PROGRAMDATA\\B.RAR", NULL});
	machine_file(m, &(struct ntfs_out_file){.path = "ProgramData/b.rar",
	                                        .bytes = archive,
	                                        .size = 90112,
	                                        .created = "2014-07-11T11:09:13Z",
	                                        .modified = "2014-07-11T11:10:02.5Z",
	                                        .deleted = 1});
	machine_journal(m, "2014-07-11T11:09:13Z", "ProgramData/b.rar", USN_OUT_CREATE);
	machine_journal(m, "2014-07-11T11:10:02.5Z", "ProgramData/b.rar",
	                USN_OUT_CREATE | USN_OUT_EXTEND | USN_OUT_CLOSE);
	machine_journal(m, "2014-07-11T11:20:31.5Z", "ProgramData/b.rar", USN_OUT_DELETE | USN_OUT_CLOSE);
	int rc = machine_write(m, path, err);
	free(bytes);
	free(packer);
	free(archive);
	machine_free(m);
	return rc;
}
