#include "finding/triage/parsers.h"

#include "finding/triage/artefact/browser.h"
#include "finding/triage/artefact/collector.h"
#include "finding/triage/artefact/ese.h"
#include "finding/triage/artefact/journal.h"
#include "finding/triage/artefact/lines.h"
#include "finding/triage/artefact/lnk.h"
#include "finding/triage/artefact/mft.h"
#include "finding/triage/artefact/prefetch.h"
#include "finding/triage/artefact/records.h"
#include "finding/triage/artefact/small.h"
#include "finding/triage/evtx/evtx.h"
#include "finding/triage/registry/registry.h"

#include <string.h>

/* Where two recognise a file, the first has it. */
static const struct triage_parser parsers[] = {
    {"evtx", 1, evtx_recognises, evtx_run, {NULL}},
    {"registry", 1, registry_recognises, registry_run, {".LOG1", ".LOG2"}},
    {"prefetch", 1, prefetch_recognises, prefetch_run, {NULL}},
    {"lnk", 1, lnk_recognises, lnk_run, {NULL}},
    {"jump_list", 1, jump_list_recognises, jump_list_run, {NULL}},
    {"recycle_bin", 1, recycle_bin_recognises, recycle_bin_run, {NULL}},
    {"task", 1, task_recognises, task_run, {NULL}},
    {"srum", 1, srum_recognises, srum_run, {NULL}},
    {"webcache", 1, webcache_recognises, webcache_run, {NULL}},
    {"bits", 1, bits_recognises, bits_run, {NULL}},
    {"mft", 1, mft_recognises, mft_run, {NULL}},
    {"browser", 1, browser_recognises, browser_run, {"-wal"}},
    {"usn", 1, usn_recognises, usn_run, {NULL}},
    {"web_log", 1, web_log_recognises, web_log_run, {NULL}},
    {"syslog", 1, syslog_recognises, syslog_run, {NULL}},
    {"journal", 1, journal_recognises, journal_run, {NULL}},
    {"login_record", 1, login_record_recognises, login_record_run, {NULL}},
    {"shell_history", 1, shell_history_recognises, shell_history_run, {NULL}},
    {"cron", 1, cron_recognises, cron_run, {NULL}},
    {"collector", 1, collector_recognises, collector_run, {NULL}},
};

const struct triage_parser *triage_parser_at(size_t i)
{
	return i < sizeof parsers / sizeof *parsers ? &parsers[i] : NULL;
}

const struct triage_parser *triage_parser_of(const char *path, const unsigned char *head, size_t n)
{
	for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++)
		if (parsers[i].recognises(path, head, n))
			return &parsers[i];
	return NULL;
}

const struct triage_parser *triage_parser_find(const char *name)
{
	for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++)
		if (strcmp(parsers[i].name, name) == 0)
			return &parsers[i];
	return NULL;
}
