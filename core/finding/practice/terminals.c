#include "finding/practice/terminals.h"

#include "base/err.h"
#include "finding/practice/terminals_private.h"

#include <stdlib.h>
#include <string.h>

#define RAT_SIZE 45056U

void practice_text(struct machine *m, const char *path, const char *made, const char *changed, const char *text)
{
	machine_file(m, &(struct ntfs_out_file){
	                    .path = path, .bytes = text, .size = strlen(text), .created = made, .modified = changed});
}

void practice_infect(struct machine *m, const char *made, const char *started)
{
	unsigned char *bytes = machine_program("winup.exe", RAT_SIZE);
	machine_file(m, &(struct ntfs_out_file){
	                    .path = "ProgramData/winup.exe", .bytes = bytes, .size = RAT_SIZE, .created = made});
	machine_autostart(m, started, "winup", TERMINAL_RAT);
	free(bytes);
}

void practice_ordinary(struct machine *m, const char *const *days)
{
	static const char *const programs[] = {"Windows/explorer.exe",
	                                       "Windows/System32/cmd.exe",
	                                       "Windows/System32/net.exe",
	                                       "Windows/System32/ntdll.dll",
	                                       "Windows/System32/svchost.exe",
	                                       "Windows/System32/xcopy.exe",
	                                       "Program Files/Microsoft Office/Office15/OUTLOOK.EXE",
	                                       "Program Files/Microsoft Office/Office15/WINWORD.EXE",
	                                       "Program Files/Google/Chrome/Application/chrome.exe",
	                                       "Program Files/Vendor/tray.exe"};
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		unsigned char *bytes = machine_program(strrchr(programs[i], '/') + 1, 300);
		machine_file(
		    m, &(struct ntfs_out_file){
		           .path = programs[i], .bytes = bytes, .size = 300, .modified = "2013-08-22T04:11:37.25Z"});
		free(bytes);
	}
	static const char *const service[] = {"param1", "Windows Update", "param2", "running", NULL};
	static const char *const task[] = {"TaskName", "\\GoogleUpdateTaskMachineUA", "ActionName", "GoogleUpdate.exe",
	                                   NULL};
	static const char *const product[] = {"Data", "Vendor Tray", NULL};
	static const char *const console[] = {"param1", "ready", NULL};
	machine_event(m, MACHINE_POWERSHELL, "2013-11-05T01:20:00Z", 40962, console);
	for (size_t i = 0; days[i]; i++) {
		char *on = xasprintf("%sT00:01:12.5Z", days[i]); /* nine o'clock in the morning */
		char *mail = xasprintf("%sT00:03:40.125Z", days[i]);
		char *off = xasprintf("%sT09:31:02.75Z", days[i]);
		machine_event(m, MACHINE_SYSTEM, on, 7036, service);
		machine_logon(m, on, "2");
		machine_process(m, mail, "C:\\Program Files\\Microsoft Office\\Office15\\OUTLOOK.EXE",
		                "\"C:\\Program Files\\Microsoft Office\\Office15\\OUTLOOK.EXE\"", TERMINAL_EXPLORER);
		machine_event(m, MACHINE_TASKS, mail, 200, task);
		machine_event(m, MACHINE_APPLICATION, off, 1035, product);
		free(on);
		free(mail);
		free(off);
	}
}
