/* A desk's register and case files that give the numbers of the report of 2014/15, each date at an edge where it can be. */
#ifndef GENBA_TESTS_OUTWARD_DESK_HELP_DESK_H
#define GENBA_TESTS_OUTWARD_DESK_HELP_DESK_H

#include "base/buf.h"
#include "case/identity/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern char desk_folder[64];        /* register and case files */
extern char desk_copies[80];        /* copies of them, older and newer */
extern struct identity *desk_owner; /* who opens them */
extern struct buf desk_entered;     /* every text that was entered, one a line */

int desk_setup(void **state);
int desk_teardown(void **state);

#endif
