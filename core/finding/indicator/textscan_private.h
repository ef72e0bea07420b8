/* The parts of textscan: base/address/refang.h (the text as it is meant), textscan_match.c (one hit at one place), textscan.c. */
#ifndef GENBA_FINDING_INDICATOR_TEXTSCAN_PRIVATE_H
#define GENBA_FINDING_INDICATOR_TEXTSCAN_PRIVATE_H

#include "base/address/refang.h"
#include "base/buf.h"
#include "finding/indicator/textscan.h"

#include <stdint.h>

struct match {
	enum textscan_type type;
	size_t end;        /* of the match */
	size_t host_start; /* URL, EMAIL: the host inside, or 0 and 0 */
	size_t host_end;
	enum textscan_type host_type;
	struct buf value; /* owned by the caller, cleared for each try */
};

/* Looks for one hit that begins at `at`. 1 and `match` filled, or 0. `at` does not stand inside a word. */
int match_at(const struct plain *plain, size_t at, struct match *match);

/* Where to look next if nothing begins at `at`: behind the run of letters, digits, dots and hyphens. */
size_t match_skip(const struct plain *plain, size_t at);

/* 1 if a hit cannot begin at `at`, because it would begin inside a word. */
int match_is_inside_word(const struct plain *plain, size_t at);

/* The parts of textscan_match.c that live in textscan_path.c: as match_at(), for paths and registry keys. */
int match_path(const struct plain *plain, size_t at, struct match *match);
int match_registry(const struct plain *plain, size_t at, struct match *match);

#endif
