/*
 * Registry hives as rows: one a key, its time being that of the key's last change, with
 *
 *     hive       HKLM\SYSTEM, HKLM\SOFTWARE, …; HKCU of a user's hive, HKCU\Software\Classes, Amcache
 *     key        its path, without the name of the root
 *     values     "name=data" lines, cut at 4 KiB
 *
 * and beside the row of a key that is known, one for what it says (registry_known.c): autostart entries, services, UserAssist, BAM,
 * ShimCache, Amcache. Logs beside the hive (.LOG1, .LOG2) are applied first (hive.h).
 *
 * Facts: hive, computer, time_zone (of a SYSTEM hive), log_entries, keys.
 */
#ifndef GENBA_FINDING_TRIAGE_REGISTRY_REGISTRY_H
#define GENBA_FINDING_TRIAGE_REGISTRY_REGISTRY_H

#include "finding/triage/parse/parser.h"

int registry_recognises(const char *path, const unsigned char *head, size_t n);
int registry_run(const struct triage_file *f, struct triage_out *out, struct err *err);

#endif
