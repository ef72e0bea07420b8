/*
 * Regular expressions that cannot be made to run for ever.
 *
 * Conditions of foreign playbooks bring patterns (`MATCHES`), and a pattern is
 * an attack like any other text: the C library's regcomp() takes gigabytes for
 * thirty hostile bytes. Here a pattern becomes a list of states, and all states
 * are followed at once, so that matching n bytes takes at most
 * PATTERN_STATES × n steps and no recursion.
 *
 * Understood: literals, `.`, classes `[a-z]` `[^…]`, `\d \w \s \D \W \S`,
 * escapes, `( )` `(?: )`, `|`, `* + ?` (and their lazy forms), `{m}` `{m,}`
 * `{m,n}` up to 64, `^` and `$`. `.` and negated classes take whole
 * characters of UTF-8; listed in a class can only be ASCII. Anything else (back
 * references, look-around, named classes) is "not understood", and a person
 * decides.
 *
 * Source: K. Thompson, "Regular Expression Search Algorithm", CACM 11 (1968).
 */
#ifndef GENBA_PLAYBOOK_LOAD_PATTERN_H
#define GENBA_PLAYBOOK_LOAD_PATTERN_H

#include <stddef.h>

#define PATTERN_STATES 2000

/* 1: the pattern is found somewhere in the text; 0: it is not; -1: the pattern is not understood. */
int pattern_search(const char *pattern, const char *text, size_t n);

/* STIX LIKE: `%` any bytes, `_` any one character; the whole text must fit. 1 or 0. */
int pattern_like(const char *like, const char *text);

#endif
