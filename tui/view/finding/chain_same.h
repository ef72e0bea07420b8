/* The question of the view Chain which organisation another name stands for: one on record or proposed, or a new one. */
#ifndef GENBA_TUI_VIEW_FINDING_CHAIN_SAME_H
#define GENBA_TUI_VIEW_FINDING_CHAIN_SAME_H

struct buf;
struct chain;
struct chain_org;
struct workbench;

/* Asks for the other name and the reason. 1: it is on record, and `labels` has what was made, a label a line; 0: left. */
int chain_same_ask(struct workbench *wb, const struct chain *chain, const struct chain_org *org, struct buf *labels);

#endif
