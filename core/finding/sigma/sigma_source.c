/* Where the rows of a rule's log source stand: Sigma's taxonomy of Windows, as channels and numbers of events. */
#include "finding/sigma/sigma_private.h"

#include "base/json.h"

#include <string.h>

#define EVENTS 6
#define SYSMON "Microsoft-Windows-Sysmon/Operational"

struct log_source {
	int category; /* 1: the word of `category`; 0: of `service` */
	const char *name;
	const char *channel;
	unsigned short events[EVENTS]; /* none: all */
	const char *type;              /* with which EventType begins; NULL: whatever it is */
};

/* clang-format off */
static const struct log_source sources[] = {
	{0, "any log of Windows", NULL, {0}, NULL}, /* of rules that name the product alone */
	{1, "process_creation", SYSMON, {1}, NULL},
	{1, "process_creation", "Security", {4688}, NULL},
	{1, "file_change", SYSMON, {2}, NULL},
	{1, "network_connection", SYSMON, {3}, NULL},
	{1, "network_connection", "Security", {5156}, NULL},
	{1, "sysmon_status", SYSMON, {4, 16}, NULL},
	{1, "process_termination", SYSMON, {5}, NULL},
	{1, "driver_load", SYSMON, {6}, NULL},
	{1, "image_load", SYSMON, {7}, NULL},
	{1, "create_remote_thread", SYSMON, {8}, NULL},
	{1, "raw_access_thread", SYSMON, {9}, NULL},
	{1, "process_access", SYSMON, {10}, NULL},
	{1, "file_event", SYSMON, {11}, NULL},
	{1, "registry_add", SYSMON, {12}, "Create"},
	{1, "registry_delete", SYSMON, {12}, "Delete"},
	{1, "registry_set", SYSMON, {13}, NULL},
	{1, "registry_rename", SYSMON, {14}, NULL},
	{1, "registry_event", SYSMON, {12, 13, 14}, NULL},
	{1, "create_stream_hash", SYSMON, {15}, NULL},
	{1, "pipe_created", SYSMON, {17, 18}, NULL},
	{1, "wmi_event", SYSMON, {19, 20, 21}, NULL},
	{1, "dns_query", SYSMON, {22}, NULL},
	{1, "file_delete", SYSMON, {23, 26}, NULL},
	{1, "clipboard_capture", SYSMON, {24}, NULL},
	{1, "process_tampering", SYSMON, {25}, NULL},
	{1, "file_block_executable", SYSMON, {27}, NULL},
	{1, "file_executable_detected", SYSMON, {29}, NULL},
	{1, "sysmon_error", SYSMON, {255}, NULL},
	{1, "ps_module", "Microsoft-Windows-PowerShell/Operational", {4103}, NULL},
	{1, "ps_module", "PowerShellCore/Operational", {4103}, NULL},
	{1, "ps_script", "Microsoft-Windows-PowerShell/Operational", {4104}, NULL},
	{1, "ps_script", "PowerShellCore/Operational", {4104}, NULL},
	{1, "ps_classic_start", "Windows PowerShell", {400}, NULL},
	{1, "ps_classic_provider_start", "Windows PowerShell", {600}, NULL},
	{1, "ps_classic_script", "Windows PowerShell", {800}, NULL},
	{0, "sysmon", SYSMON, {0}, NULL},
	{0, "security", "Security", {0}, NULL},
	{0, "system", "System", {0}, NULL},
	{0, "application", "Application", {0}, NULL},
	{0, "powershell", "Microsoft-Windows-PowerShell/Operational", {0}, NULL},
	{0, "powershell", "PowerShellCore/Operational", {0}, NULL},
	{0, "powershell-classic", "Windows PowerShell", {0}, NULL},
	{0, "windefend", "Microsoft-Windows-Windows Defender/Operational", {0}, NULL},
	{0, "taskscheduler", "Microsoft-Windows-TaskScheduler/Operational", {0}, NULL},
	{0, "wmi", "Microsoft-Windows-WMI-Activity/Operational", {0}, NULL},
	{0, "bits-client", "Microsoft-Windows-Bits-Client/Operational", {0}, NULL},
	{0, "firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", {0}, NULL},
	{0, "dns-server", "DNS Server", {0}, NULL},
	{0, "dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical", {0}, NULL},
	{0, "dns-server-audit", "Microsoft-Windows-DNS-Server/Audit", {0}, NULL},
	{0, "dns-client", "Microsoft-Windows-DNS Client Events/Operational", {0}, NULL},
	{0, "dns-client", "Microsoft-Windows-DNS-Client/Operational", {0}, NULL},
	{0, "driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational", {0}, NULL},
	{0, "ntlm", "Microsoft-Windows-NTLM/Operational", {0}, NULL},
	{0, "dhcp", "Microsoft-Windows-DHCP-Server/Operational", {0}, NULL},
	{0, "ldap", "Microsoft-Windows-LDAP-Client/Debug", {0}, NULL},
	{0, "ldap_debug", "Microsoft-Windows-LDAP-Client/Debug", {0}, NULL},
	{0, "smbclient-security", "Microsoft-Windows-SmbClient/Security", {0}, NULL},
	{0, "smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity", {0}, NULL},
	{0, "smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity", {0}, NULL},
	{0, "terminalservices-localsessionmanager", "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", {0}, NULL},
	{0, "codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational", {0}, NULL},
	{0, "applocker", "Microsoft-Windows-AppLocker/EXE and DLL", {0}, NULL},
	{0, "applocker", "Microsoft-Windows-AppLocker/MSI and Script", {0}, NULL},
	{0, "applocker", "Microsoft-Windows-AppLocker/Packaged app-Deployment", {0}, NULL},
	{0, "applocker", "Microsoft-Windows-AppLocker/Packaged app-Execution", {0}, NULL},
	{0, "msexchange-management", "MSExchange Management", {0}, NULL},
	{0, "printservice-admin", "Microsoft-Windows-PrintService/Admin", {0}, NULL},
	{0, "printservice-operational", "Microsoft-Windows-PrintService/Operational", {0}, NULL},
	{0, "openssh", "OpenSSH/Operational", {0}, NULL},
	{0, "appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/Operational", {0}, NULL},
	{0, "appxpackaging-om", "Microsoft-Windows-AppxPackaging/Operational", {0}, NULL},
	{0, "appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/Admin", {0}, NULL},
	{0, "lsa-server", "Microsoft-Windows-LSA/Operational", {0}, NULL},
	{0, "capi2", "Microsoft-Windows-CAPI2/Operational", {0}, NULL},
	{0, "certificateservicesclient-lifecycle-system", "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational", {0}, NULL},
	{0, "security-mitigations", "Microsoft-Windows-Security-Mitigations/Kernel Mode", {0}, NULL},
	{0, "security-mitigations", "Microsoft-Windows-Security-Mitigations/User Mode", {0}, NULL},
	{0, "shell-core", "Microsoft-Windows-Shell-Core/Operational", {0}, NULL},
	{0, "diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/Operational", {0}, NULL},
	{0, "iis-configuration", "Microsoft-IIS-Configuration/Operational", {0}, NULL},
	{0, "vhdmp", "Microsoft-Windows-VHDMP/Operational", {0}, NULL},
	{0, "servicebus-client", "Microsoft-ServiceBus-Client/Admin", {0}, NULL},
	{0, "microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Admin", {0}, NULL},
	{0, "sense", "Microsoft-Windows-SENSE/Operational", {0}, NULL},
};
/* clang-format on */

#define COUNT (sizeof sources / sizeof *sources)

/* The first row of that name stands for all of them. */
int sigma_source_of(const json_t *logsource)
{
	const char *category = json_get_string(logsource, "category");
	const char *service = json_get_string(logsource, "service");
	if (!category && !service && json_get_string(logsource, "product"))
		return 0;
	for (size_t i = 1; i < COUNT; i++) {
		const char *name = sources[i].category ? category : service;
		/* a category with a service narrows it: the service says the channel */
		if (name && !(category && !sources[i].category) && strcmp(name, sources[i].name) == 0)
			return (int)i;
	}
	return -1;
}

const char *sigma_source_name(size_t source)
{
	return sources[source].name;
}

static int has_event(const struct log_source *s, unsigned event)
{
	for (size_t i = 0; i < EVENTS && s->events[i]; i++)
		if (s->events[i] == event)
			return 1;
	return s->events[0] == 0;
}

static int is_named_as(const struct log_source *a, const struct log_source *b)
{
	return a->category == b->category && strcmp(a->name, b->name) == 0;
}

static size_t first_of(const struct log_source *s)
{
	while (s > sources + 1 && is_named_as(s - 1, s))
		s--;
	return (size_t)(s - sources);
}

size_t sigma_sources_of(const char *channel, unsigned event, const char *type, size_t *found, size_t most)
{
	size_t count = 1;
	found[0] = 0;
	_Static_assert(COUNT <= SIGMA_SOURCES, "more sources than struct sigma has room for");
	for (size_t i = 1; i < COUNT && count < most; i++)
		if (strcmp(sources[i].channel, channel) == 0 && has_event(&sources[i], event) &&
		    (!sources[i].type || (type && strncmp(type, sources[i].type, strlen(sources[i].type)) == 0)))
			found[count++] = first_of(&sources[i]);
	return count;
}
