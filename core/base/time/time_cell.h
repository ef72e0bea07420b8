/*
 * A time as a column of a table has it: "2014-11-24 04:05".
 *
 *     time_cell("2014-11-24T04:05:10.5+09:00", TIME_CELL_MINUTE, &line);      2014-11-24 04:05
 *     time_cell("2014-11", TIME_CELL_MINUTE, &line);                          2014-11
 *     time_cell("2014-11-01/2014-11-20", TIME_CELL_MINUTE, &line);            2014-11-01 – 2014-11-20
 *
 * What is known more exactly than the column shows is cut, and nothing is put to what is known less exactly. Every other form of
 * EDTF is shown as everywhere (edtf_display()): half of an interval would be another time. What is no time, for it may come from a
 * stranger, is shown as it is, printable and no longer than a time to the second.
 */
#ifndef GENBA_BASE_TIME_TIME_CELL_H
#define GENBA_BASE_TIME_TIME_CELL_H

struct buf;

enum time_cell {
	TIME_CELL_DAY = 0,    /* 2014-11-24 */
	TIME_CELL_HOUR = 1,   /* 2014-11-24 04:00 */
	TIME_CELL_MINUTE = 2, /* 2014-11-24 04:05 */
	TIME_CELL_SECOND = 3, /* 2014-11-24 04:05:10 */
	TIME_CELL_UTC = 4,    /* | with a Z behind it where it is a time of UTC */
	TIME_CELL_NO_YEAR = 8 /* | 11-24 */
};

/* Appends it; of an empty text nothing. 1: the text is one moment, a day at least; 0: it is something else. */
int time_cell(const char *text, unsigned how, struct buf *out);

#endif
