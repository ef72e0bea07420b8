/*
 * What every Windows machine has, and what therefore tells nothing of an attack: a hive, the key that programs are started from,
 * the folders and shells of the system.
 *
 *     indicator_is_everywhere("registry", "HKLM\\SOFTWARE")                             1
 *     indicator_is_everywhere("file_path", "C:\\Windows\\System32\\cmd.exe")            1
 *     indicator_is_everywhere("file_path", "C:\\Windows\\System32\\winup.exe")          0
 *
 * It knows what rows of evidence and reports name most, not all of Windows: 0 does not say that something is rare.
 */
#ifndef GENBA_FINDING_INDICATOR_EVERYWHERE_H
#define GENBA_FINDING_INDICATOR_EVERYWHERE_H

/* 1 for a value, in the normal form of case/store/indicator_value.h, that fits every Windows machine. */
int indicator_is_everywhere(const char *type, const char *value);

#endif
