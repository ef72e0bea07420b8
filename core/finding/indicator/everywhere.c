#include "finding/indicator/everywhere.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Each is on every machine, and so is what it lies in. "*:": any drive; SYSTEM: the folder of Windows, however it is written;
 * CurrentControlSet: one with a number, too. What lies in a user's own folder is of that user. */
#define SYSTEM "<>"

static const char *const places[] = {
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Run",
    "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Windows",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\Shell",
    "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\Userinit",
    "HKLM\\SOFTWARE\\Classes\\CLSID",
    "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows",
    "HKLM\\SYSTEM\\CurrentControlSet\\Services",
    "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\USBSTOR",
    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa",
    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\AppCompatCache",
    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server",
    "HKLM\\SYSTEM\\MountedDevices",
    "HKLM\\SYSTEM\\Select",
    "HKLM\\SYSTEM\\Setup",
    "HKLM\\SAM\\SAM\\Domains\\Account\\Users",
    "HKLM\\SECURITY\\Policy\\Secrets",
    "HKLM\\COMPONENTS",
    "HKLM\\DRIVERS",
    "HKLM\\HARDWARE",
    "HKLM\\BCD00000000",
    "HKCR\\CLSID",
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist",
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU",
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies",
    "HKCU\\Software\\Classes\\CLSID",
    "HKCU\\Environment",
    SYSTEM "\\System32\\config",
    SYSTEM "\\System32\\drivers\\etc\\hosts",
    SYSTEM "\\System32\\spool",
    SYSTEM "\\System32\\Tasks",
    SYSTEM "\\System32\\wbem\\wmic.exe",
    SYSTEM "\\System32\\wbem\\WmiPrvSE.exe",
    SYSTEM "\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
    SYSTEM "\\System32\\winevt\\Logs",
    SYSTEM "\\SysWOW64\\WindowsPowerShell\\v1.0\\powershell.exe",
    SYSTEM "\\SysWOW64\\Tasks",
    SYSTEM "\\Tasks",
    SYSTEM "\\Temp",
    SYSTEM "\\Prefetch",
    SYSTEM "\\explorer.exe",
    SYSTEM "\\regedit.exe",
    "*:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
    "*:\\Program Files",
    "*:\\Program Files (x86)",
    "*:\\PerfLogs",
    "*:\\$Recycle.Bin",
    "*:\\Users\\Default",
    "*:\\Users\\Public",
    "%ProgramData%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
    "%AppData%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
    "%LocalAppData%\\Temp",
    "%UserProfile%\\AppData\\Local\\Temp",
    "%UserProfile%\\AppData\\Roaming\\Microsoft",
};

/* Programs of Windows that attackers use, in System32 or SysWOW64. */
static const char programs[] =
    " at.exe attrib.exe bitsadmin.exe certutil.exe cmd.exe cmstp.exe conhost.exe consent.exe control.exe cscript.exe "
    "csrss.exe"
    " dllhost.exe eventvwr.exe findstr.exe ftp.exe hostname.exe ipconfig.exe kernel32.dll lsass.exe mmc.exe mshta.exe"
    " msiexec.exe mstsc.exe net.exe net1.exe netsh.exe netstat.exe nltest.exe notepad.exe nslookup.exe ntdll.dll"
    " ping.exe reg.exe regsvr32.exe route.exe rundll32.exe runonce.exe sc.exe schtasks.exe services.exe shell32.dll"
    " shutdown.exe smss.exe spoolsv.exe svchost.exe systeminfo.exe taskeng.exe taskhost.exe taskhostw.exe taskkill.exe"
    " tasklist.exe tracert.exe userinit.exe vssadmin.exe wbadmin.exe werfault.exe wevtutil.exe whoami.exe"
    " wininit.exe winlogon.exe wmic.exe ws2_32.dll wscript.exe wsmprovhost.exe ";

/* Bytes of a way to write the folder of Windows that `value` begins with, or 0. */
static size_t of_windows(const char *value)
{
	static const char *const ways[] = {"?:\\Windows", "%SystemRoot%", "%windir%"};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		size_t n = strlen(ways[i]);
		size_t from = *ways[i] == '?';
		if (strnlen(value, n) == n && strncasecmp(value + from, ways[i] + from, n - from) == 0 &&
		    (value[n] == '\\' || !value[n]))
			return n;
	}
	return 0;
}

static int is_name(const char *place, size_t m, const char *value, size_t n)
{
	static const char current[] = "CurrentControlSet";
	static const char numbered[] = "ControlSet00"; /* and a digit */
	if (m == 2 && memcmp(place, "*:", 2) == 0)
		return n == 2 && value[1] == ':';
	if (m == strlen(current) && memcmp(place, current, m) == 0 && n == strlen(numbered) + 1 &&
	    strncasecmp(value, numbered, n - 1) == 0)
		return 1;
	return n > 0 && n == m && strncasecmp(place, value, n) == 0;
}

/* 1 if the place is `value`, or lies in it. */
static int lies_in(const char *place, const char *value)
{
	while (*value) {
		size_t n = strcspn(value, "\\");
		size_t m = strcspn(place, "\\");
		if (!is_name(place, m, value, n))
			return 0;
		value += n + (value[n] == '\\');
		place += m + (place[m] == '\\');
	}
	return 1;
}

static int is_program(const char *path)
{
	static const char *const folders[] = {"\\System32\\", "\\SysWOW64\\"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = strlen(folders[i]);
		if (strncasecmp(path, folders[i], n) != 0)
			continue;
		const char *name = path + n;
		size_t length = strlen(name);
		for (const char *p = strcasestr(programs, name); length && p; p = strcasestr(p + 1, name))
			if (p > programs && p[-1] == ' ' && p[length] == ' ')
				return 1;
	}
	return 0;
}

static int is_path_everywhere(const char *value)
{
	size_t n = of_windows(value);
	if (!n) {
		for (size_t i = 0; i < sizeof places / sizeof *places; i++)
			if (lies_in(places[i], value))
				return 1;
		return 0;
	}
	if (!value[n] || is_program(value + n))
		return 1;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strncmp(places[i], SYSTEM, strlen(SYSTEM)) == 0 &&
		    lies_in(places[i] + strlen(SYSTEM) + 1, value + n + 1))
			return 1;
	return 0;
}

static int is_key_everywhere(const char *value)
{
	/* HKU\S-1-5-21-…\Software: what HKCU is to that user */
	const char *of_user = strncasecmp(value, "HKU\\", 4) == 0 ? value + 4 + strcspn(value + 4, "\\") : NULL;
	if (of_user && !*of_user)
		return 1;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (of_user ? strncmp(places[i], "HKCU\\", 5) == 0 && lies_in(places[i] + 5, of_user + 1)
		            : lies_in(places[i], value))
			return 1;
	return 0;
}

int indicator_is_everywhere(const char *type, const char *value)
{
	if (strcmp(type, "file_path") == 0)
		return is_path_everywhere(value);
	return strcmp(type, "registry") == 0 && is_key_everywhere(value);
}
