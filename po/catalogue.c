#include "catalogue.h"

__asm__(".section .rodata\n"
        ".global catalogue_ja\n"
        ".balign 8\n"
        "catalogue_ja:\n"
        ".incbin \"" GENBA_MO "\"\n"
        "catalogue_ja_end:\n"
        ".balign 8\n"
        ".global catalogue_ja_size\n"
        "catalogue_ja_size:\n"
        ".quad catalogue_ja_end - catalogue_ja\n"
        ".previous\n");
