/* Which files of an image are read as files, too: those that hold text, mails, event logs, hives, databases, or are packed. */
#ifndef GENBA_FINDING_SWEEP_IMAGE_IMAGE_KINDS_H
#define GENBA_FINDING_SWEEP_IMAGE_IMAGE_KINDS_H

#include <stddef.h>

#define IMAGE_FILE_MOST (64U << 20) /* bytes of one that is read as a file */
#define IMAGE_FILE_HEAD 512U

/* By the name: 1, 0, or -1: its first bytes say. */
int image_kind_of_name(const char *name);
int image_kind_of_head(const unsigned char *head, size_t n);

#endif
