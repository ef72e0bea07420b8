/* For clang-tidy alone: the functions that record an error return -1, which the analyser cannot see in another file. */
#include "base/err.h"

#define err_set(...)       (err_set(__VA_ARGS__), -1)
#define err_set_errno(...) (err_set_errno(__VA_ARGS__), -1)
#define err_prefix(...)    (err_prefix(__VA_ARGS__), -1)
