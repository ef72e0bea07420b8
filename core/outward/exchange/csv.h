/*
 * Comma-separated values, read from strangers and written for them.
 *
 * Asset lists come out of spreadsheets: in UTF-8 with or without a mark, in
 * UTF-16, in the CP932 of Japanese Windows or the Windows-1252 of Western
 * Europe; separated by commas, semicolons, tabs or bars, which a first line
 * "sep=;" may name; with line ends inside quoted cells. Reading never gives up a file for
 * one bad row: a row that cannot be read is handed out with its fault and its
 * line, and reading goes on at the next line. So a quote that is never closed
 * costs one line, not the rest of the file.
 *
 *     csv_decode(bytes, n, CSV_AUTO, &text, &encoding, err);
 *     csv_parse(text.data, text.len, csv_separator(text.data, text.len), row_fn, ctx, err);
 *
 * Files of others are read in the cage (csv_read()); the functions here are what
 * runs there. Writing defuses formulas: a cell that a spreadsheet would run
 * (= + - @ at its start) gets a leading apostrophe, which reading takes off again.
 *
 * Source of the format: RFC 4180; the encodings by iconv(3).
 */
#ifndef GENBA_OUTWARD_EXCHANGE_CSV_H
#define GENBA_OUTWARD_EXCHANGE_CSV_H

#include "base/progress.h"
#include "base/worker/worker.h"

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

#define CSV_LIMIT ((size_t)64 << 20) /* bytes of a file */
#define CSV_ROW   ((size_t)1 << 20)  /* bytes of a row, in UTF-8 */
#define CSV_CELLS 1000               /* of a row */

enum csv_encoding {
	CSV_AUTO,
	CSV_UTF8,
	CSV_UTF8_BOM,
	CSV_UTF16LE,
	CSV_UTF16BE,
	CSV_CP932,
	CSV_CP1252,
	CSV_CP1250,
	CSV_LATIN1,
	CSV_LATIN2,
	CSV_LATIN9,
	CSV_MACINTOSH,
	CSV_ENCODINGS
};

enum csv_fault {
	CSV_FINE,
	CSV_BYTES, /* bytes that are no text in this encoding: each stands as U+FFFD in the cells */
	CSV_QUOTE, /* a quote that is not closed, or something behind a closing one; the cells are the bare line's */
	CSV_LARGE, /* more than CSV_ROW or CSV_CELLS; no cells */
};

struct csv_row {
	size_t line; /* in the file, from 1; of a row of several lines the first */
	enum csv_fault fault;
	size_t count;
	char **cells; /* UTF-8 without NUL; borrowed for the call */
};

/* "auto", "utf-8", "utf-8-bom", "utf-16" (both orders; reading tells them apart), "cp932", "windows-1252", … */
const char *csv_encoding_name(enum csv_encoding encoding);
/* By name, also "sjis", "cp1252", "latin1" and the like; -1 with ERR_USAGE naming what is allowed. */
int csv_encoding_find(const char *name, enum csv_encoding *encoding, struct err *err);

/* Opens the conversion tables, so that csv_decode() needs no file any more. 0, or -1 where one is missing. */
int csv_prepare(struct err *err);

/* Appends the bytes as UTF-8, without a mark. *found gets the encoding (never CSV_AUTO). -1: no table for it here. */
int csv_decode(const void *bytes, size_t n, enum csv_encoding encoding, struct buf *text, enum csv_encoding *found,
               struct err *err);

/* Appends UTF-8 text in an encoding, with the mark that belongs to it. What the encoding lacks is written as U+XXXX in
 * ASCII; *lacking gets how many. */
int csv_encode(const char *text, size_t n, enum csv_encoding encoding, struct buf *bytes, size_t *lacking,
               struct err *err);

/* The separator of a text: what a first line "sep=;" names (which csv_parse() leaves out), else that of , ; | and tab
 * which the first line with any of them holds most often. */
char csv_separator(const char *text, size_t n);

/* Hands out each row that is not empty. Nonzero from `fn` stops, and is returned. */
typedef int (*csv_row_fn)(void *ctx, const struct csv_row *row, struct err *err);
int csv_parse(const char *text, size_t n, char separator, csv_row_fn fn, void *ctx, struct err *err);

/* Whether a spreadsheet would read the cell as a formula; csv_cell() puts an apostrophe before it. */
int csv_is_formula(const char *text);

/* Appends a cell as RFC 4180 quotes it, printable and with formulas defused; a comma before it unless it is the first. */
void csv_cell(struct buf *out, const char *text, int first);
/* The same of a JSON value of a record: sets joined by ", ". */
void csv_value(struct buf *out, const json_t *value, int first);

/* ---- in the cage: a row of the program's table of jobs */

extern const struct worker_job csv_job;

/* What csv_read() learnt of a file. */
struct csv_file {
	enum csv_encoding encoding;
	char separator;
	int guessed;  /* the encoding: no mark said it, and it is not UTF-8 */
	json_t *rows; /* array of {"line": n, "fault": csv_fault, "cells": [text…]} */
};

/* Reads a file of n bytes in a worker. separator 0: found out. 0 (csv_file_release()); ERR_INVALID with the worker's
 * reason: nothing is kept of a file that was read in part. */
int csv_read(const void *bytes, size_t n, enum csv_encoding encoding, char separator, struct csv_file *file,
             const struct progress *progress, struct err *err);
void csv_file_release(struct csv_file *file);

#endif
