/*
 * Many indicators in one read of any bytes.
 *
 *     sweep_list_write(&list, &text);
 *     struct sweep_set *set = sweep_compile(&text, 0, &count, err);
 *     struct sweep_view view = {.bytes = text, .n = n, .to = n};
 *     sweep_scan(set, sweep_kernel_best(), &view, on_hit, ctx);
 *     sweep_set_free(set);
 *
 * An indicator ends where a run of letters and digits ends. Only there is looked: the last 8 bytes, letters lowered, choose a
 * bit of a bitmap that fits into the cache; where it is set, a table gives the indicators, which are compared backwards. (An
 * indicator that ends in other signs is keyed by its last run; what follows is compared forwards. One shorter than 8 bytes is
 * keyed by 4.) Where many share their last 8 bytes, the 8 before them choose again.
 *
 * What a hit is, is said by the table of borders in sweep_border.c. The borders see text as percent-decoded once. Around an
 * escape whose byte occurs in an indicator the text is decoded and looked through again; so is text that is defanged
 * (base/address/refang.h), and UTF-16, which is packed to a byte a unit.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_ENGINE_H
#define GENBA_FINDING_SWEEP_SWEEP_ENGINE_H

#include "finding/sweep/sweep_list.h"

enum sweep_match { SWEEP_EXACT, SWEEP_SUBDOMAIN, SWEEP_NETWORK, SWEEP_HOST };
enum sweep_encoding { SWEEP_PLAIN, SWEEP_PERCENT, SWEEP_UTF16LE, SWEEP_UTF16BE, SWEEP_DEFANGED };

const char *sweep_match_name(enum sweep_match match);
const char *sweep_encoding_name(enum sweep_encoding encoding);

struct sweep_set;

enum sweep_set_flags {
	SWEEP_HOSTS_OF_URLS = 1,
};

/* Of a list as sweep_list_write() wrote it, which is released when it is needed no more, and *count indicators in it. NULL: it is
 * none. */
struct sweep_set *sweep_compile(struct buf *list, unsigned flags, size_t *count, struct err *err);
void sweep_set_free(struct sweep_set *set);

/* Bytes before and behind a place that must be at hand, for a hit there to be judged. */
size_t sweep_set_reach(const struct sweep_set *set);

enum sweep_kernel { SWEEP_KERNEL_PLAIN, SWEEP_KERNEL_SSE2, SWEEP_KERNEL_AVX2, SWEEP_KERNELS };

/* The fastest that this processor has; whether it has this one. All give the same hits. */
enum sweep_kernel sweep_kernel_best(void);
int sweep_kernel_is_there(enum sweep_kernel kernel);

#define SWEEP_PAD 64 /* bytes before and behind the bytes of a view that may be read, whatever they are */

enum sweep_look {
	SWEEP_LOOK_DEFANGED = 1,
	SWEEP_LOOK_UTF16 = 2, /* both orders at both alignments; else only: */
	SWEEP_LOOK_UTF16LE = 4,
	SWEEP_LOOK_UTF16BE = 8, /* at even offsets of the source */
};

/* Hits that end behind `from` and at or before `to` are given. Behind n the text ends, or `to` lies sweep_set_reach() before it;
 * before the first byte it begins, or `from` lies that far in. */
struct sweep_view {
	const unsigned char *bytes;
	size_t n;
	size_t from;
	size_t to;
	unsigned look;
	unsigned odd; /* 1: the first byte lies at an odd offset of the source */
};

struct sweep_hit {
	size_t at; /* bytes [at, end) of the view */
	size_t end;
	uint32_t indicator; /* its number in the list */
	uint8_t match;
	uint8_t encoding;
};

/* Calls `fn` for each hit, each once; those of an encoding in order. */
typedef void (*sweep_hit_fn)(void *ctx, const struct sweep_hit *hit);
void sweep_scan(const struct sweep_set *set, enum sweep_kernel kernel, const struct sweep_view *view, sweep_hit_fn fn,
                void *ctx);

#endif
