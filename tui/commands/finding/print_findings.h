/* Findings for people: worst first, then what was looked for and not seen, then what is not covered. */
#ifndef GENBA_TUI_FINDING_PRINT_FINDINGS_H
#define GENBA_TUI_FINDING_PRINT_FINDINGS_H

#include <jansson.h>
#include <stdio.h>

void print_findings(FILE *out, const json_t *findings);

#endif
