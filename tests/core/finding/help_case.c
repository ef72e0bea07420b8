/* The helper of the tests of core/case, for this layer too. */
#include "core/case/help_case.c"
