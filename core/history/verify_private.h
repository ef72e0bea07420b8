/* What verify.c (objects, slices), verify_commit.c (commits) and verify_tables.c (the tables of commits) share. */
#ifndef GENBA_HISTORY_VERIFY_PRIVATE_H
#define GENBA_HISTORY_VERIFY_PRIVATE_H

#include "history/history_private.h"
#include "history/signature_pool.h"

enum check_phase {
	CHECK_IDS,     /* of all objects, into the index */
	CHECK_LIST,    /* rows of the table of commits */
	CHECK_TOUCHED, /* rows of the table of touched paths */
	CHECK_OBJECTS, /* in the order of writing, and each commit when its object was read */
	CHECK_REST,    /* commits that are left, and what is left at the end */
	CHECK_DONE,
};

/* A row of the table of commits. */
struct check_commit {
	git_oid id;
	int64_t time, p1, p2;
	int64_t object; /* row of its object; 0: none */
	int there;
};

/* The touched paths of a commit, as the table has them: their number, and the sum of their keyed digests. */
struct check_touched {
	uint64_t sum;
	uint32_t count;
};

/* The commit that is being checked. `number` 0: none is. */
struct commit_check {
	int64_t number;
	char id[HISTORY_ID];
	struct object_raw *raw; /* held, as long as its walk is under way */
	struct commit_text text;
	struct tree_diff walk;           /* over what it changed */
	struct record_trailers trailers; /* of the changes that were walked over */
	uint64_t count, sum;             /* these, and their keyed digests */
	int asks; /* a second walk: what it changed does not fit the table, which is asked for each file */
};

struct history_check {
	struct history *h;
	struct history_check_spec spec;
	struct history_verified counts;
	enum check_phase phase;
	int64_t at;                       /* the row that this phase did last */
	int64_t last_object, last_commit; /* rows when the check began */
	char head[HISTORY_ID];            /* likewise */
	int64_t commit_objects;
	int64_t commits_done;          /* commits are checked in the order of their numbers */
	int64_t touches;               /* changes of files in all commits */
	int64_t touched_rows;          /* of the table that was read */
	unsigned char *reachable;      /* by number of commit: 1 if HEAD descends from it */
	struct check_commit *commits;  /* by number */
	struct check_touched *touched; /* by number; NULL: the table is asked for each path */
	unsigned char touch_key[16];   /* of the digests: nobody can make paths that add up */
	sqlite3_value *touch_at[2];    /* path and number where CHECK_TOUCHED stands */
	struct signature_pool *signatures;
	struct commit_check now;
	struct { /* the commit checked last: mostly the parent of the next */
		git_oid id, tree;
		unsigned char digest[32];
		int there;
	} last;
};

__attribute__((format(printf, 2, 3))) void history_found(struct history_check *k, const char *format, ...);

/* One slice of a table: 1 there is more, 0 it is read, -1. */
int check_list(struct history_check *k, unsigned units, struct err *err);
int check_touched_table(struct history_check *k, unsigned units, struct err *err);
uint64_t check_touch_digest(const struct history_check *k, const char *path);
void check_mark_reachable(struct history_check *k); /* once the list is there */

/* That its tree and parents are there. */
void check_commit_links(struct history_check *k, const char *id, const struct commit_text *c);

/* The commit of that number, or what is left of it: each file that it changed takes one of `left`. 0: it is checked, 1: the
 * slice is used up, and the same is called again. */
int check_commit(struct history_check *k, int64_t number, unsigned *left);
void check_commit_leave(struct history_check *k); /* at the end of all, or in the middle of a commit */

#endif
