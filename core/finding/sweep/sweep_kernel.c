/*
 * Where tokens end: three kernels that say the same of 64 bytes at a time, and the loop around them.
 *
 * A token ends at e if byte e - 1 is a letter or digit and byte e is none. An address may also end before a letter
 * (198.51.100.7x), and a digest before a letter that is no hexadecimal digit: the first is seen in the masks, the second looked
 * for only in long tokens.
 */
#include "finding/sweep/sweep_private.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_SIMD 1
#else
#define HAS_SIMD 0
#endif

/* Of 64 bytes: which are letters, digits, dots. */
struct token_masks {
	uint64_t letter;
	uint64_t digit;
	uint64_t dot;
};

static inline struct token_masks masks_plain(const unsigned char *p)
{
	struct token_masks m = {0, 0, 0};
	for (unsigned i = 0; i < 64; i++) {
		uint64_t bit = (uint64_t)1 << i;
		if ((unsigned)(p[i] | 0x20) - 'a' < 26)
			m.letter |= bit;
		else if ((unsigned)p[i] - '0' < 10)
			m.digit |= bit;
		else if (p[i] == '.')
			m.dot |= bit;
	}
	return m;
}

#if HAS_SIMD
static inline struct token_masks masks_sse2(const unsigned char *p)
{
	struct token_masks m = {0, 0, 0};
	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * (size_t)i));
		__m128i lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
		/* moved so that the wanted ones are the smallest signed numbers */
		__m128i letter = _mm_cmplt_epi8(_mm_add_epi8(lower, _mm_set1_epi8((char)(0x80 - 'a'))),
		                                _mm_set1_epi8((char)(0x80 + 26)));
		__m128i digit = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0'))),
		                               _mm_set1_epi8((char)(0x80 + 10)));
		__m128i dot = _mm_cmpeq_epi8(v, _mm_set1_epi8('.'));
		m.letter |= (uint64_t)(unsigned)_mm_movemask_epi8(letter) << (16 * i);
		m.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << (16 * i);
		m.dot |= (uint64_t)(unsigned)_mm_movemask_epi8(dot) << (16 * i);
	}
	return m;
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) static inline struct token_masks masks_avx2(const unsigned char *p)
{
	struct token_masks m = {0, 0, 0};
	for (unsigned i = 0; i < 2; i++) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32 * (size_t)i));
		__m256i lower = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
		__m256i letter = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(0x80 + 26)),
		                                   _mm256_add_epi8(lower, _mm256_set1_epi8((char)(0x80 - 'a'))));
		__m256i digit = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(0x80 + 10)),
		                                  _mm256_add_epi8(v, _mm256_set1_epi8((char)(0x80 - '0'))));
		__m256i dot = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('.'));
		m.letter |= (uint64_t)(uint32_t)_mm256_movemask_epi8(letter) << (32 * i);
		m.digit |= (uint64_t)(uint32_t)_mm256_movemask_epi8(digit) << (32 * i);
		m.dot |= (uint64_t)(uint32_t)_mm256_movemask_epi8(dot) << (32 * i);
	}
	return m;
}
#endif

/* ---- what is done at an end */

/* Keys of 4 to 7 bytes end at `end`. */
static inline unsigned is_short(const struct sweep_set *set, const unsigned char *end)
{
	return set->short_bitmap
	           ? sweep_bit(set->short_bitmap, sweep_hash(sweep_key(end, set->shortest)), set->short_shift)
	           : 0;
}

/* More bytes to the left are asked, since many hosts end as one that is looked for does (….co.jp). */
static int is_wanted(const struct sweep_set *set, const unsigned char *end)
{
	uint64_t key = sweep_key8(end);
	uint32_t left = sweep_left(end, 8);
	const uint64_t *bitmap = set->left_bitmap;
	unsigned shift = set->shift;
	if (sweep_bit(set->bitmap, sweep_hash(key), shift) &&
	    (sweep_bit(bitmap, sweep_hash(sweep_key_left(key, left, sweep_left(end, 12))), shift) |
	     sweep_bit(bitmap, sweep_hash(sweep_key_left(key, left, 0)), shift) |
	     sweep_bit(bitmap, sweep_hash(sweep_key_left(key, 0, 0)), shift)))
		return 1;
	for (unsigned length = set->shortest; length < 8 && is_short(set, end); length++)
		if (set->lengths[0] >> length & 1 &&
		    sweep_bit(set->left_bitmap, sweep_hash(sweep_key(end, length)), set->shift))
			return 1;
	return 0;
}

static inline void look(struct sweep_text *text, size_t end)
{
	if (is_wanted(text->set, text->p + end))
		sweep_judge(text, end);
	if (text->set->network_count)
		sweep_judge_network(text, end);
}

#define DIGEST_LEAST 32U /* digits of the shortest digest */

/* Digests that end inside of a token, before g to z: from `first` on. Nothing of the token lies before `begin`, which is 4 bytes
 * before the last end: that may be the one of an address, up to three bytes behind a dot. */
static __attribute__((noinline)) void look_inside(struct sweep_text *text, size_t begin, size_t first, size_t to)
{
	size_t run = 0;
	for (size_t i = begin; i < to; i++) {
		unsigned class = sweep_class(text->p[i]);
		if (class & SWEEP_CLASS_HEX) {
			run++;
			continue;
		}
		if (i >= first && run >= DIGEST_LEAST && (class & SWEEP_CLASS_LETTER) &&
		    is_wanted(text->set, text->p + i))
			sweep_judge(text, i);
		run = 0;
	}
}

struct token_ends {
	uint64_t alnum; /* of the block before */
	uint64_t digit;
	uint64_t dot;
	size_t last; /* the end before */
};

/* The ends among 64 bytes at `at`, as bits. */
static inline uint64_t ends_of(struct token_ends *e, const struct token_masks *m, int has_ip)
{
	uint64_t alnum = m->letter | m->digit;
	uint64_t ends = ~alnum & (alnum << 1 | e->alnum >> 63);
	if (has_ip) {
		uint64_t dots =
		    (m->dot << 2 | e->dot >> 62) | (m->dot << 3 | e->dot >> 61) | (m->dot << 4 | e->dot >> 60);
		ends |= m->letter & (m->digit << 1 | e->digit >> 63) & dots;
	}
	e->alnum = alnum;
	e->digit = m->digit;
	e->dot = m->dot;
	return ends;
}

#define AT_ONCE \
	1024U /* bytes whose ends are collected before any is looked at: what is to be done then is known ahead */

/* The set bits, each with `base`, behind the n that are there; 8 more may be written. Their number then. */
static inline size_t collect_plain(uint64_t bits, unsigned base, uint16_t *out, size_t n)
{
	for (; bits; bits &= bits - 1)
		out[n++] = (uint16_t)(base + (unsigned)__builtin_ctzll(bits));
	return n;
}

#if HAS_SIMD
/* Eight at a time, however many there are. */
__attribute__((target("avx2,bmi,bmi2,popcnt"))) static inline size_t collect_bmi(uint64_t bits, unsigned base,
                                                                                 uint16_t *out, size_t n)
{
	size_t all = n + (size_t)_mm_popcnt_u64(bits);
	do
		for (unsigned i = 0; i < 8; i++) {
			out[n++] = (uint16_t)(base + (unsigned)_tzcnt_u64(bits));
			bits = _blsr_u64(bits);
		}
	while (bits);
	return all;
}
#endif

/* Judges the ends of a block. First all are asked of the bitmaps of their last bytes, without a branch: most are not wanted, and
 * which are cannot be foreseen. `found` is written over. */
static inline void look_at_all(struct sweep_text *text, const unsigned char *block, uint16_t *found, size_t count)
{
	const struct sweep_set *set = text->set;
	size_t wanted = 0;
	if (set->network_count)
		for (size_t i = 0; i < count; i++)
			sweep_judge_network(text, (size_t)(block - text->p) + found[i]);
	for (size_t i = 0; i < count; i++) {
		uint64_t key = sweep_key8(block + found[i]);
		found[wanted] = found[i];
		wanted += sweep_bit(set->bitmap, sweep_hash(key), set->shift) |
		          (set->short_bitmap ? sweep_bit(set->tails, key, 48) : 0);
	}
	for (size_t i = 0; i < wanted; i++)
		if (is_wanted(set, block + found[i]))
			sweep_judge(text, (size_t)(block - text->p) + found[i]);
}

/* A run of 16 letters and digits. One of DIGEST_LEAST has that in one of the two blocks of 64 that it lies in. */
static inline uint64_t long_run(const struct token_masks *m)
{
	uint64_t runs = m->letter | m->digit;
	runs &= runs << 1;
	runs &= runs << 2;
	runs &= runs << 4;
	return runs & runs << 8;
}

/* Ends e with from <= e < to. The first block looks back 4 bytes. */
#define KERNEL(name, masks_of, collect, attributes)                                                        \
	attributes static void name(struct sweep_text *text, size_t from, size_t to)                       \
	{                                                                                                  \
		const int has_ip = text->set->has_ip;                                                      \
		const int has_digest = text->set->has_digest;                                              \
		struct token_ends e = {0, 0, 0, from > 160 ? from - 160 : 0};                              \
		uint64_t open = 1; /* the token that is not at its end may be a long one */                \
		uint16_t found[AT_ONCE + 8];                                                               \
		for (size_t i = 1; i <= 4 && i <= from; i++) {                                             \
			unsigned class = sweep_class(text->p[from - i]);                                   \
			e.alnum |= (uint64_t)((class & SWEEP_CLASS_ALNUM) != 0) << (64 - i);               \
			e.digit |= (uint64_t)((class & SWEEP_CLASS_DIGIT) != 0) << (64 - i);               \
			e.dot |= (uint64_t)((class & SWEEP_CLASS_DOT) != 0) << (64 - i);                   \
		}                                                                                          \
		for (size_t base = from; base < to; base += AT_ONCE) {                                     \
			size_t count = 0;                                                                  \
			uint64_t has_long = 0;                                                             \
			for (unsigned at = 0; at < AT_ONCE && base + at < to; at += 64) {                  \
				struct token_masks m = masks_of(text->p + base + at);                      \
				uint64_t ends = ends_of(&e, &m, has_ip);                                   \
				has_long |= long_run(&m);                                                  \
				if (to - base - at < 64)                                                   \
					ends &= ((uint64_t)1 << (to - base - at)) - 1;                     \
				count = collect(ends, at, found, count);                                   \
			}                                                                                  \
			for (size_t i = 0; has_digest && (has_long | open) && i < count; i++) {            \
				size_t last = i ? base + found[i - 1] : e.last;                            \
				if (base + found[i] - last > DIGEST_LEAST - 4)                             \
					look_inside(text, last > 4 ? last - 4 : 0, from, base + found[i]); \
			}                                                                                  \
			open = count ? has_long : has_long | open;                                         \
			e.last = count ? base + found[count - 1] : e.last;                                 \
			look_at_all(text, text->p + base, found, count);                                   \
		}                                                                                          \
		if (has_digest && to > e.last + DIGEST_LEAST - 4)                                          \
			look_inside(text, e.last > 4 ? e.last - 4 : 0, from, to);                          \
	}

KERNEL(run_plain, masks_plain, collect_plain, )
#if HAS_SIMD
KERNEL(run_sse2, masks_sse2, collect_plain, )
KERNEL(run_avx2, masks_avx2, collect_bmi, __attribute__((target("avx2,bmi,bmi2,popcnt"))))
#endif

int sweep_kernel_is_there(enum sweep_kernel kernel)
{
#if HAS_SIMD
	return kernel != SWEEP_KERNEL_AVX2 || (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	                                       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"));
#else
	return kernel == SWEEP_KERNEL_PLAIN;
#endif
}

enum sweep_kernel sweep_kernel_best(void)
{
	for (unsigned kernel = SWEEP_KERNELS; kernel-- > 0;)
		if (sweep_kernel_is_there((enum sweep_kernel)kernel))
			return (enum sweep_kernel)kernel;
	return SWEEP_KERNEL_PLAIN;
}

/* (from, to]: the bytes at from + 1 … to are looked at as what stands behind an end. */
void sweep_kernel_run(enum sweep_kernel kernel, struct sweep_text *text, size_t from, size_t to)
{
	size_t first = from ? from + 1 : 0;
	size_t stop = to < text->n ? to + 1 : text->n; /* ends before `stop` */
	if (first < stop) {
#if HAS_SIMD
		if (kernel == SWEEP_KERNEL_AVX2)
			run_avx2(text, first, stop);
		else if (kernel == SWEEP_KERNEL_SSE2)
			run_sse2(text, first, stop);
		else
#endif
			run_plain(text, first, stop);
	}
	(void)kernel;
	/* the end of the text is one */
	if (to == text->n && text->n > from && (sweep_class(text->p[text->n - 1]) & SWEEP_CLASS_ALNUM))
		look(text, text->n);
	for (size_t i = 0; i < text->set->stray_count; i++) {
		const struct sweep_pattern *p = &text->set->patterns[text->set->strays[i]];
		size_t whole = (size_t)p->head + p->tail;
		size_t begin = from + 1 > whole ? from + 1 - whole : 0;
		for (; begin + whole <= to; begin++)
			sweep_judge_pattern(text, p, begin + p->head);
	}
}
