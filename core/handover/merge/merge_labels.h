/*
 * Labels and marks that two people gave on two copies.
 *
 * A label names one record. If both sides gave the same one to different
 * records, one of them gets a new label and keeps the old one as alias. A record
 * that was made with the label comes before one that was renamed to it; of two
 * records of one person, who works on two machines, the one that was entered
 * first keeps it. Between two keys nobody's claims decide: a mark that two keys
 * were given is neither's, each gets one that follows from its key
 * (responder_mark_settled()), and so do labels of that mark which two records
 * have. All of it follows from the records and who signed them, so that both
 * sides rename alike.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_LABELS_H
#define GENBA_HANDOVER_MERGE_MERGE_LABELS_H

#include "case/trust/record_origin.h"
#include "handover/merge/merge_tree.h"

struct merge_labels {
	struct case_file *c;
	struct record_origins *origins; /* of what came */
	const char *ours, *theirs;      /* commits */
	struct merge_result *result;    /* of merging theirs into ours: renamed in place */
	size_t *renamed;                /* one more for each */
	json_t *lines;                  /* a line for each */
};

/* 0; ERR_INVALID if the other side itself has one label twice. */
int merge_labels_settle(const struct merge_labels *how, struct err *err);

#endif
