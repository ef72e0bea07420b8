#include "finding/triage/artefact/small.h"

#include "base/bytes.h"
#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TASK_LARGEST (1U << 20)
#define BIN_LARGEST  (64U << 10)

/* ---- tasks: [MS-TSCH] 2.5 */

int task_recognises(const char *path, const unsigned char *head, size_t n)
{
	(void)head;
	return (n == 0 || n >= 4) &&
	       (triage_path_has(path, "System32/Tasks/") || triage_path_has(path, "SysWOW64/Tasks/")) &&
	       !triage_path_ends(path, ".job") && !triage_path_ends(path, ".lnk");
}

/* Appends the text of the first element of that name behind `from`, its entities undone. Where it ends, or NULL. */
static const char *element(const char *from, const char *name, struct buf *out)
{
	static const struct {
		const char *entity;
		char sign;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	char open[40];
	snprintf(open, sizeof open, "<%s", name);
	size_t n = strlen(open);
	const char *at = from;
	while ((at = strstr(at, open)) != NULL && at[n] != '>' && at[n] != ' ')
		at += n;
	at = at ? strchr(at, '>') : NULL;
	if (!at)
		return NULL;
	for (at++; *at && *at != '<'; at++) {
		size_t i = 0;
		for (; i < sizeof entities / sizeof *entities; i++)
			if (strncmp(at, entities[i].entity, strlen(entities[i].entity)) == 0)
				break;
		if (i < sizeof entities / sizeof *entities) {
			buf_addc(out, entities[i].sign);
			at += strlen(entities[i].entity) - 1;
		} else {
			buf_addc(out, *at);
		}
	}
	return at;
}

static void add_element(struct buf *fields, const char *xml, const char *field, const char *name)
{
	struct buf text = BUF_INIT;
	if (xml)
		element(xml, name, &text);
	triage_field_take(fields, field, &text);
	buf_release(&text);
}

/* "2026-11-20T10:00:00", with "Z" or without: then it is the machine's own time. */
static int64_t task_time(const char *xml, uint8_t *clock)
{
	struct buf text = BUF_INIT;
	struct tm tm = {.tm_isdst = 0};
	int64_t when = OBSERVATION_NO_TIME;
	element(xml, "Date", &text);
	const char *end = text.len ? strptime(text.data, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (end) {
		when = observation_from_unix(timegm(&tm), 0);
		*clock = strchr(end, 'Z') ? OBSERVATION_CLOCK_utc : OBSERVATION_CLOCK_local;
	}
	buf_release(&text);
	return when;
}

static int task_row(const struct triage_file *f, struct triage_out *out, const char *xml, struct err *err)
{
	static const char *const triggers[] = {
	    "LogonTrigger", "BootTrigger", "RegistrationTrigger", "EventTrigger",
	    "IdleTrigger",  "TimeTrigger", "CalendarTrigger",     "SessionStateChangeTrigger"};
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	const char *name = strcasestr(f->path, "/Tasks/");
	struct observation o = {.artefact = OBSERVATION_task, .clock = OBSERVATION_CLOCK_unknown};
	o.when = task_time(xml, &o.clock);
	o.time_of = o.when == OBSERVATION_NO_TIME ? 0 : OBSERVATION_TIME_created;
	int rc = 0;
	observation_field(&fields, "name", name ? name + 6 : f->path);
	add_element(&fields, xml, "author", "Author");
	add_element(&fields, xml, "user", "UserId");
	add_element(&fields, xml, "hidden", "Hidden");
	for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
		if (strstr(xml, triggers[i]))
			buf_addf(&text, "%s%s", text.len ? "," : "", triggers[i]);
	triage_field_take(&fields, "trigger", &text);
	size_t common = fields.len;
	for (const char *at = xml; rc == 0 && o.ordinal < 32; o.ordinal++) { /* a row an action */
		buf_truncate(&fields, common);
		const char *exec = strstr(at, "<Exec");
		if (!exec && o.ordinal > 0)
			break;
		add_element(&fields, exec, "command", "Command");
		const char *end = exec ? strstr(exec, "</Exec>") : NULL;
		const char *arguments = exec ? strstr(exec, "<Arguments") : NULL;
		if (arguments && (!end || arguments < end))
			add_element(&fields, arguments, "arguments", "Arguments");
		if (!exec)
			add_element(&fields, xml, "com_class", "ClassId");
		o.fields = fields.data;
		o.fields_size = fields.len;
		rc = triage_row(out, &o, err);
		at = end ? end : at + strlen(at);
	}
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

int task_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	size_t n;
	struct buf xml = BUF_INIT;
	unsigned char *bytes = triage_whole(f, TASK_LARGEST, &n, err);
	if (!bytes)
		return -1;
	if (n >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
		triage_utf16(&xml, bytes + 2, n - 2);
	else
		buf_add(&xml, bytes, strnlen((char *)bytes, n));
	int rc = strstr(xml.data, "<Task") ? task_row(f, out, xml.data, err)
	                                   : err_set(err, ERR_INVALID, _("it is no scheduled task"));
	buf_release(&xml);
	free(bytes);
	return rc;
}

/* ---- the recycle bin: J. Metz, "Windows Recycle.Bin file formats" */

int recycle_bin_recognises(const char *path, const unsigned char *head, size_t n)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	if (strncasecmp(name, "$I", 2) != 0)
		return 0;
	return n >= 8 ? bytes_le64(head) == 1 || bytes_le64(head) == 2 : triage_path_has(path, "$Recycle.Bin/");
}

int recycle_bin_run(const struct triage_file *f, struct triage_out *out, struct err *err)
{
	size_t n;
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	unsigned char *bytes = triage_whole(f, BIN_LARGEST, &n, err);
	if (!bytes)
		return -1;
	size_t at = n >= 28 && bytes_le64(bytes) == 2 ? 28 : 24;
	if (n < 28 || bytes_le64(bytes) > 2) {
		free(bytes);
		return err_set(err, ERR_INVALID, _("it is no entry of a recycle bin"));
	}
	triage_utf16(&text, bytes + at, n - at);
	triage_field_take(&fields, "target", &text);
	observation_field_number(&fields, "size", (int64_t)bytes_le64(bytes + 8));
	const char *sid = strstr(f->path, "/S-1-");
	if (sid)
		observation_field_n(&fields, "sid", sid + 1, strcspn(sid + 1, "/"));
	struct observation o = {.when = observation_from_filetime(bytes_le64(bytes + 16)),
	                        .time_of = OBSERVATION_TIME_deleted,
	                        .artefact = OBSERVATION_recycle_bin,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	int rc = triage_row(out, &o, err);
	buf_release(&text);
	buf_release(&fields);
	free(bytes);
	return rc;
}
