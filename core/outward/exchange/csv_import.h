/*
 * A list of others becomes records: the rows of a CSV file, in one action.
 *
 * What it would be taken for is looked at before, and a person may say what each column is:
 *
 *     csv_import_columns(c, &import, &file, err);       import.heading, import.columns: a field, CSV_REMARK or null
 *     csv_import_look(c, &import, &file, &look, err);   sums, numbers for names, doubles
 *
 * The first row names the columns; titles above it are left out: of the first
 * rows it is the one with the most names that are known. A column is taken for the field whose name
 * or label, English or Japanese, it bears, or that such a heading means elsewhere (管理番号, computer name: csv_synonyms.c);
 * remarks become a note about the record; people and sites that are not on record yet are put on record. Others are mapped by hand
 * ("Machine name=hostname,Room=-": the field, or - for a column that is left
 * out). What was mapped is remembered for the kind, in this copy of the case.
 *
 *     struct csv_import import = {.kind = kind_find("asset"), .map = maps, .map_count = n};
 *     if (csv_import(c, &import, &file, err) == 0)      // one commit, or nothing
 *         …import.added, import.labels, import.rejected…
 *     csv_import_release(&import);
 *
 * A row that a spreadsheet cut short lacks its last cells only. A row that cannot become a record is rejected with its line and
 * the reason; the others go in. The rejected rows make a CSV file of their own
 * (csv_import_rejects()), which can be mended and imported in turn.
 */
#ifndef GENBA_OUTWARD_EXCHANGE_CSV_IMPORT_H
#define GENBA_OUTWARD_EXCHANGE_CSV_IMPORT_H

#include "case/store/record.h"
#include "outward/exchange/csv.h"

struct csv_rejected {
	size_t line;
	char *reason;        /* printable, one line, in the interface's language */
	const json_t *cells; /* array of text; borrowed from the file */
};

/* Kinds of which a list brings records beside its own: those that it names and nobody has put on record. */
enum { CSV_PARTIES, CSV_SITES, CSV_NAMED_KINDS };

struct csv_import {
	/* what is wanted */
	const struct kind *kind;
	const char *const *map; /* lists of "Column=field", each separated by commas; borrowed */
	size_t map_count;
	int dry_run;          /* nothing is written, nor remembered */
	int again;            /* also rows whose name is on record already */
	const json_t *chosen; /* as `columns` below: what a person said each column is; NULL: its heading says it */
	int remember;         /* what was chosen otherwise than the heading says is remembered for the kind */
	/* what came of it */
	json_t *columns; /* array: the field of each column, or null where it is left out */
	json_t *heading; /* array of text: the row that names the columns; borrowed from the file */
	size_t heading_line;
	size_t above_heading; /* rows above it, left out */
	size_t short_count;   /* rows taken in that have fewer cells than the heading */
	char (*labels)[LABEL_TEXT];
	size_t added;
	struct csv_rejected *rejected;
	size_t rejected_count;
	size_t known_count;            /* of them: on record already */
	size_t twice_count;            /* of those: further up in the same list */
	size_t total_count;            /* of the rejected: rows of sums */
	size_t number_count;           /* rows taken in whose name is a number only */
	size_t number_line;            /* the first of them */
	size_t remark_count;           /* notes made of remarks */
	json_t *lines;                 /* {key: line} of what this list has brought */
	json_t *made[CSV_NAMED_KINDS]; /* {name: label} of those it brought besides */
};

/* A column that no field has: what stands in it becomes a note about the record of its row. */
#define CSV_REMARK "+note"

/* A list that a person has looked at: what is written is what was shown. */
struct csv_list {
	struct csv_file file;
	const struct kind *kind;
	json_t *columns; /* struct csv_import's `chosen`; owned */
	int remember;
};

/* Rows that want a look, before anything is written; the line of the first of each. */
struct csv_look {
	size_t rows; /* below the heading, that hold anything */
	size_t fault_count, fault_line;
	size_t total_count, total_line;   /* rows of sums */
	size_t number_count, number_line; /* whose name is a number only */
	size_t twice_count, twice_line;   /* whose name stands further up */
	size_t known_count, known_line;   /* whose name is on record already */
};

/* Finds the heading, and what each column is called. Of two that are called the same the first has it. */
int csv_import_columns(struct case_file *c, struct csv_import *import, const struct csv_file *file, struct err *err);

/* Looks through all rows with the columns as they are in import->columns. */
int csv_import_look(struct case_file *c, const struct csv_import *import, const struct csv_file *file,
                    struct csv_look *look, struct err *err);

/* ERR_USAGE if no column names a field, two name the same, or one that must be given is missing; nothing is written then.
 * `file` must outlive `import`. */
int csv_import(struct case_file *c, struct csv_import *import, const struct csv_file *file,
               const struct progress *progress, struct err *err);
void csv_import_release(struct csv_import *import);

/* Appends the rejected rows as CSV: the columns as they came, then line and reason. */
void csv_import_rejects(const struct csv_import *import, struct buf *out);

/* Appends the records of a kind that a filter finds (NULL: all) as CSV: label and every field but secrets. *count gets
 * their number. */
struct filter;
int csv_export(struct case_file *c, const struct kind *kind, const struct filter *filter, struct buf *out,
               size_t *count, struct err *err);

#endif
