/*
 * The name of a copy on a medium that cannot hold the source's own.
 *
 * FAT, exFAT and NTFS hold no `2026-11-23 10:30.log`; FAT drops a dot or a blank at the end without a word; no file system
 * here holds more than 255 bytes. Which of them it is, the medium says best: the name is tried in the folder. Where it does
 * not come back as it was, one is made of it that any of them holds: `_` for what is not held, cut at a character with eight
 * digits of its SHA-256 behind. The real name is on record as the source's.
 */
#ifndef GENBA_BASE_FILE_HELD_NAME_H
#define GENBA_BASE_FILE_HELD_NAME_H

/* The name (no path, without `ending`) that the folder can hold with `ending` and what stands behind while it is written:
 * a copy of `name`, or one that was made of it. The caller frees. */
char *held_name(const char *dir, const char *name, const char *ending);

/* 1 if that error of making an entry tells that the medium does not hold its name, size or kind; 0: it fails. */
int held_name_is_refused(int error);

#endif
