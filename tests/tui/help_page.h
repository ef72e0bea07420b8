/* The first page of a list that a letter of the filter leads to. */
#ifndef GENBA_TESTS_TUI_HELP_PAGE_H
#define GENBA_TESTS_TUI_HELP_PAGE_H

#include "help_screen.h"

struct page {
	char question[64];
	const char *typed;
};

/* The letter stands in the prompt, and every row that is seen holds what was typed; for terminal_await_that(). */
int page_is_first(struct terminal *t, void *page);

#endif
