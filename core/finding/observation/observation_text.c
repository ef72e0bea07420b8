#include "finding/observation/observation_text.h"

#include "base/printable.h"

#include <string.h>

/* What says little: it stands in the whole row (--json). */
static const char *const silent[] = {
    "record",          "event_record_id",     "provider_guid", "version",     "level",      "task",    "opcode",
    "keywords",        "process_id",          "thread_id",     "activity_id", "qualifiers", "channel", "computer",
    "provider_source", "related_activity_id", "event_id",      "provider",    "written"};

static int is_silent(const char *field)
{
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
		size_t n = strlen(silent[i]);
		if (strncmp(field, silent[i], n) == 0 && field[n] == '=')
			return 1;
	}
	return 0;
}

void observation_text(const struct observation *o, size_t most, struct buf *out)
{
	struct buf line = BUF_INIT;
	const char *id = observation_value(o, "event_id");
	const char *provider = observation_value(o, "provider");
	buf_adds(&line, o->artefact == OBSERVATION_evtx && id ? id : observation_artefact_name(o->artefact));
	if (o->flags & OBSERVATION_RECOVERED)
		buf_adds(&line, " (recovered)");
	if (provider)
		buf_addf(&line, " %s", provider);
	else if (o->artefact == OBSERVATION_file)
		buf_addf(&line, " %s", o->path);
	for (const char *at = o->fields; at < o->fields + o->fields_size && line.len <= most; at += strlen(at) + 1)
		if (!is_silent(at))
			buf_addf(&line, " %.*s", (int)most, strncmp(at, "data.", 5) == 0 ? at + 5 : at);
	if (line.len > most) {
		while (most > 0 && ((unsigned char)line.data[most] & 0xC0) == 0x80)
			most--;
		buf_truncate(&line, most);
		buf_adds(&line, "…");
	}
	printable_add(out, line.data, line.len, 0);
	buf_release(&line);
}
