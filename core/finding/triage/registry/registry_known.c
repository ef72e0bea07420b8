/*
 * Keys that are known, and what they say of programs. UserAssist, BAM: a program ran. ShimCache, Amcache: it was present, no more.
 * Sources: M. Suhanov, "Windows registry file format"; D. Stevens, "UserAssist Windows 7"; Mandiant, "Leveraging the Application
 * Compatibility Cache" (2012), E. Zimmerman's notes on its later forms; ANSSI, "Analysis of the AmCache" (2019).
 */
#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"
#include "finding/triage/registry/registry_private.h"

#include <ctype.h>
#include <string.h>

#define SHIM_MOST 4096U

static int ends(const char *key, const char *end)
{
	return triage_path_ends(key, end);
}

static void add_value(struct registry_walk *w, struct buf *fields, const char *field, const char *name)
{
	struct buf text = BUF_INIT;
	const struct registry_value *v = registry_find(w, name);
	if (v)
		registry_text(v, &text);
	triage_field_take(fields, field, &text);
	buf_release(&text);
}

static int64_t written(const struct registry_walk *w)
{
	return observation_from_filetime(w->cell.written);
}

/* ---- what starts by itself */

static int is_run_key(const char *key)
{
	static const char *const endings[] = {
	    "\\CurrentVersion\\Run",
	    "\\CurrentVersion\\RunOnce",
	    "\\CurrentVersion\\RunOnceEx",
	    "\\CurrentVersion\\RunServices",
	    "\\Policies\\Explorer\\Run",
	    "\\Terminal Server\\Install\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(key, endings[i]))
			return 1;
	return 0;
}

static int autostart_row(struct registry_walk *w, const struct registry_value *v, const char *kind, struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	registry_text(v, &text);
	int rc = 0;
	if (text.len) {
		observation_field(&fields, "autostart", kind);
		observation_field(&fields, "value", v->name);
		triage_field_take(&fields, "command", &text);
		rc = registry_row(w, OBSERVATION_registry_key, written(w), OBSERVATION_TIME_written, &fields, err);
	}
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

static int autostarts(struct registry_walk *w, struct err *err)
{
	static const struct {
		const char *key;
		const char *value;
		const char *kind;
	} places[] = {
	    {"\\CurrentVersion\\Winlogon", "Shell", "winlogon"},
	    {"\\CurrentVersion\\Winlogon", "Userinit", "winlogon"},
	    {"\\CurrentVersion\\Windows", "AppInit_DLLs", "appinit"},
	    {"\\CurrentVersion\\Windows", "Load", "load"},
	    {"\\Control\\Lsa", "Security Packages", "lsa"},
	    {"\\Control\\Lsa", "Authentication Packages", "lsa"},
	    {"\\Control\\Lsa", "Notification Packages", "lsa"},
	    {"\\Control\\Session Manager", "BootExecute", "boot"},
	    {"\\Microsoft\\Command Processor", "AutoRun", "command"},
	    {"Environment", "UserInitMprLogonScript", "logon-script"},
	};
	int rc = 0;
	for (size_t i = 0; rc == 0 && is_run_key(w->key) && i < w->value_count; i++)
		rc = autostart_row(w, &w->values[i], "run", err);
	for (size_t i = 0; rc == 0 && i < sizeof places / sizeof *places; i++) {
		const struct registry_value *v = ends(w->key, places[i].key) ? registry_find(w, places[i].value) : NULL;
		if (v)
			rc = autostart_row(w, v, places[i].kind, err);
	}
	const struct registry_value *debugger = rc == 0 && triage_path_has(w->key, "\\Image File Execution Options\\")
	                                            ? registry_find(w, "Debugger")
	                                            : NULL;
	return debugger ? autostart_row(w, debugger, "ifeo", err) : rc;
}

static int service(struct registry_walk *w, struct err *err)
{
	const char *at = strstr(w->key, "\\Services\\");
	struct buf fields = BUF_INIT;
	int rc = 0;
	if (!at || (strchr(at + 10, '\\') && !ends(w->key, "\\Parameters")))
		return 0;
	if (!registry_find(w, "ImagePath") && !registry_find(w, "ServiceDll"))
		return 0;
	observation_field(&fields, "autostart", "service");
	observation_field_n(&fields, "service", at + 10, strcspn(at + 10, "\\"));
	add_value(w, &fields, "command", "ImagePath");
	add_value(w, &fields, "service_dll", "ServiceDll");
	add_value(w, &fields, "start", "Start");
	add_value(w, &fields, "account", "ObjectName");
	add_value(w, &fields, "display_name", "DisplayName");
	rc = registry_row(w, OBSERVATION_registry_key, written(w), OBSERVATION_TIME_written, &fields, err);
	buf_release(&fields);
	return rc;
}

/* ---- what ran */

static int user_assist(struct registry_walk *w, struct err *err)
{
	int rc = 0;
	if (!triage_path_has(w->key, "\\Explorer\\UserAssist\\") || !ends(w->key, "\\Count"))
		return 0;
	for (size_t i = 0; rc == 0 && i < w->value_count; i++) {
		const struct registry_value *v = &w->values[i];
		struct buf fields = BUF_INIT;
		char *name = v->name;
		if (v->n < 16 || strcmp(name, "HRZR_PGYFRFFVBA") == 0)
			continue;
		for (char *p = name; *p; p++) /* ROT13 */
			if (isalpha((unsigned char)*p))
				*p = (char)((toupper((unsigned char)*p) < 'N') ? *p + 13 : *p - 13);
		uint32_t runs = bytes_le32(v->data + 4);
		uint64_t last = v->n >= 68 ? bytes_le64(v->data + 60) : v->n >= 16 ? bytes_le64(v->data + 8) : 0;
		if (v->n < 68 && runs >= 5)
			runs -= 5; /* before Windows 7 it began at five */
		observation_field(&fields, "program", name);
		observation_field_number(&fields, "run_count", runs);
		if (v->n >= 72) {
			observation_field_number(&fields, "focus_count", bytes_le32(v->data + 8));
			observation_field_number(&fields, "focus_seconds", bytes_le32(v->data + 12) / 1000);
		}
		int64_t when = observation_from_filetime(last);
		rc = registry_row(w, OBSERVATION_user_assist, when,
		                  when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_run, &fields, err);
		buf_release(&fields);
	}
	return rc;
}

static int background(struct registry_walk *w, struct err *err)
{
	int rc = 0;
	if (!(triage_path_has(w->key, "\\bam\\") || triage_path_has(w->key, "\\dam\\")) ||
	    !triage_path_has(w->key, "UserSettings\\S-1-"))
		return 0;
	for (size_t i = 0; rc == 0 && i < w->value_count; i++) {
		const struct registry_value *v = &w->values[i];
		struct buf fields = BUF_INIT;
		if (v->type != 3 || v->n < 8)
			continue;
		observation_field(&fields, "program", v->name);
		observation_field(&fields, "sid", strrchr(w->key, '\\') + 1);
		rc = registry_row(w, OBSERVATION_bam, observation_from_filetime(bytes_le64(v->data)),
		                  OBSERVATION_TIME_run, &fields, err);
		buf_release(&fields);
	}
	return rc;
}

/* ---- what was present */

static int shim_row(struct registry_walk *w, const unsigned char *path, size_t n, uint64_t modified, uint32_t place,
                    struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	triage_utf16(&text, path, n);
	triage_field_take(&fields, "program", &text);
	observation_field_number(&fields, "place", place);
	int64_t when = observation_from_filetime(modified);
	int rc = registry_row(w, OBSERVATION_shim_cache, when,
	                      when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_modified, &fields, err);
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

static void shim_is_full(struct registry_walk *w)
{
	triage_problem(w->out, 0,
	               _("the AppCompatCache says that it has more than %u entries: it has 1,024 at most, and "
	                 "those behind were not read"),
	               SHIM_MOST);
}

/* Windows 8.1 and later: "10ts", 4 bytes, size, u16 of the path, path, (8.1: package), FILETIME, … */
static int shim_new(struct registry_walk *w, const unsigned char *p, size_t n, size_t at, struct err *err)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < SHIM_MOST && n - at >= 14 && memcmp(p + at, "10ts", 4) == 0; i++) {
		size_t size = bytes_le32(p + at + 8);
		const unsigned char *e = p + at + 12;
		if (size < 12 || size > n - at - 12)
			break;
		size_t path = bytes_le16(e);
		size_t time = 2 + path;
		if (n >= 128 && bytes_le32(p) == 0x80 && time + 2 <= size)
			time += 2 + (size_t)bytes_le16(e + time) + 8; /* 8.1: package and flags */
		if (2 + path <= size)
			rc = shim_row(w, e + 2, path, time + 8 <= size ? bytes_le64(e + time) : 0, i, err);
		at += 12 + size;
		if (i + 1 == SHIM_MOST && n - at >= 14 && memcmp(p + at, "10ts", 4) == 0)
			shim_is_full(w);
	}
	return rc;
}

/* Windows 7: 0xBADC0FEE, count, entries behind 128 bytes that point to their paths. */
static int shim_seven(struct registry_walk *w, const unsigned char *p, size_t n, struct err *err)
{
	uint32_t count = bytes_le32(p + 4);
	int rc = 0;
	/* of 64 bits: the offset stands at 8, and the upper half of the first is zero */
	int wide = n >= 128 + 48 && bytes_le32(p + 128 + 4) == 0;
	size_t each = wide ? 48 : 32;
	if (count > SHIM_MOST)
		shim_is_full(w);
	for (uint32_t i = 0; rc == 0 && i < count && i < SHIM_MOST && 128 + (i + 1) * each <= n; i++) {
		const unsigned char *e = p + 128 + i * each;
		size_t length = bytes_le16(e);
		uint64_t offset = wide ? bytes_le64(e + 8) : bytes_le32(e + 4);
		if (offset > n || length > n - offset)
			continue;
		rc = shim_row(w, p + offset, length, bytes_le64(e + (wide ? 16 : 8)), i, err);
	}
	return rc;
}

static int shim_cache(struct registry_walk *w, struct err *err)
{
	const struct registry_value *v =
	    ends(w->key, "\\Session Manager\\AppCompatCache") ? registry_find(w, "AppCompatCache") : NULL;
	if (!v || v->n < 128 + 32)
		return 0;
	if (bytes_le32(v->data) == 0xBADC0FEE)
		return shim_seven(w, v->data, v->n, err);
	size_t at = bytes_le32(v->data);
	return at <= v->n - 14 ? shim_new(w, v->data, v->n, at, err) : 0;
}

static int amcache(struct registry_walk *w, struct err *err)
{
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	int newer = triage_path_has(w->key, "InventoryApplicationFile\\");
	int older = !newer && (strncmp(w->key, "Root\\File\\", 10) == 0 || strncmp(w->key, "File\\", 5) == 0) &&
	            registry_find(w, "15");
	if (strcmp(w->root, "Amcache") != 0 || !(newer || older))
		return 0;
	add_value(w, &fields, "program", newer ? "LowerCaseLongPath" : "15");
	const struct registry_value *id = registry_find(w, newer ? "FileId" : "101");
	if (id)
		registry_text(id, &text);
	if (text.len == 44 && strncmp(text.data, "0000", 4) == 0)
		observation_field(&fields, "sha1", text.data + 4);
	add_value(w, &fields, "size", newer ? "Size" : "6");
	add_value(w, &fields, "product", newer ? "ProductName" : "0");
	add_value(w, &fields, "publisher", newer ? "Publisher" : "1");
	add_value(w, &fields, "link_date", newer ? "LinkDate" : "f");
	int rc = registry_row(w, OBSERVATION_amcache, written(w), OBSERVATION_TIME_written, &fields, err);
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

/* ---- what the machine is */

static void machine(struct registry_walk *w)
{
	struct buf text = BUF_INIT;
	const struct registry_value *name =
	    ends(w->key, "\\ComputerName\\ComputerName") ? registry_find(w, "ComputerName") : NULL;
	const struct registry_value *zone =
	    ends(w->key, "\\Control\\TimeZoneInformation") ? registry_find(w, "TimeZoneKeyName") : NULL;
	const struct registry_value *v = name ? name : zone;
	if (!v)
		return;
	registry_text(v, &text);
	json_t *value = json_stringn(text.data, text.len);
	if (value)
		triage_fact(w->out, name ? "computer" : "time_zone", value);
	buf_release(&text);
}

int registry_known(struct registry_walk *w, struct err *err)
{
	machine(w);
	int rc = autostarts(w, err);
	if (rc == 0)
		rc = service(w, err);
	if (rc == 0)
		rc = user_assist(w, err);
	if (rc == 0)
		rc = background(w, err);
	if (rc == 0)
		rc = shim_cache(w, err);
	return rc == 0 ? amcache(w, err) : rc;
}
