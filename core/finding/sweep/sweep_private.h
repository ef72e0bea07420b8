/*
 * The parts of the engine: sweep_compile.c makes the set, sweep_kernel.c finds where tokens end, sweep_border.c judges what lies
 * there, sweep_scan.c puts views of other encodings before them.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_PRIVATE_H
#define GENBA_FINDING_SWEEP_SWEEP_PRIVATE_H

#include "finding/sweep/sweep_engine.h"

#include <string.h>

enum sweep_form {
	SWEEP_FORM_DOMAIN,
	SWEEP_FORM_IP4,
	SWEEP_FORM_IP6,
	SWEEP_FORM_DIGEST,
	SWEEP_FORM_URL,
	SWEEP_FORM_EMAIL,
	SWEEP_FORM_FILE_NAME,
	SWEEP_FORM_PATH,
	SWEEP_FORM_WORD,
	SWEEP_FORM_COUNT
};

/* What a path begins with; the rest is the pattern. */
enum sweep_root {
	SWEEP_ROOT_NONE,
	SWEEP_ROOT_DEVICE, /* \Device\HarddiskVolumeN: any drive */
	SWEEP_ROOT_DRIVE,  /* `drive` */
	SWEEP_ROOT_HIVE,   /* `drive` is the row of the table of hives */
};

struct sweep_pattern {
	uint32_t text; /* where it lies in sweep_set.text: head, then tail; folded */
	uint16_t head; /* bytes up to the end of its last run of letters and digits */
	uint16_t tail;
	uint32_t indicator;
	uint8_t form;
	uint8_t match; /* SWEEP_HOST: the host of a URL */
	uint8_t root;
	uint8_t drive;
	uint8_t below; /* "*.": only hosts below it */
};

/* A pattern under a key of a node of the tree of keys. Those of one key stand one behind the other; or one entry leads to a node
 * that looks further left. What stands in the pattern to the left of its last 8 bytes tells most of what is not the same without
 * reading it. */
struct sweep_entry {
	uint64_t key;
	uint32_t place; /* sweep_place(), and SWEEP_CHILD: `pattern` is the number of a node */
	uint32_t pattern;
	uint32_t left;    /* 4 bytes as a key; 0: they say nothing */
	uint32_t further; /* the 4 before them */
};

#define SWEEP_CHILD 16U

/* A node (0 is the first) and the bytes of a key of it, 0 to 8. */
static inline uint32_t sweep_place(uint32_t node, unsigned length)
{
	return node << 5 | length;
}

struct sweep_network {
	uint32_t net;
	uint32_t mask;
	uint32_t indicator;
	uint32_t run; /* of the first of a mask: how many have it; they are in order of `net` */
};

struct sweep_set {
	struct sweep_pattern *patterns;
	size_t count;
	char *text;
	struct sweep_entry *entries;
	size_t entry_count;
	uint32_t *index; /* hash of the first entries of keys, their numbers + 1; 0: free */
	size_t index_mask;
	uint16_t *lengths; /* of each node: bits of the lengths of its keys */
	uint32_t *depths;  /* of each node: bytes to its right */
	size_t node_count;
	uint64_t *bitmap;       /* of keys of 8 */
	uint64_t *left_bitmap;  /* of these with as many as are known of the 8 bytes to their left (sweep_key_left); and
	                        * of the keys of fewer bytes */
	uint64_t *short_bitmap; /* of the last `shortest` bytes of keys of 4 to 7; NULL: there are none */
	uint64_t tails[1024];   /* bits of the last 2 bytes of these */
	unsigned shortest;      /* bytes of the shortest of these */
	unsigned shift;
	unsigned short_shift;
	uint32_t *strays; /* patterns that no key can find */
	size_t stray_count;
	struct sweep_network *networks; /* in order of mask and net */
	size_t network_count;
	size_t longest;
	int has_ip;
	int has_digest;
	unsigned char occurs[256]; /* bytes of indicators, folded */
};

/* A text that is looked through: the bytes of a view, or what was decoded of them. */
struct sweep_text {
	const struct sweep_set *set;
	const unsigned char *p;
	size_t n;
	int raw; /* escapes are to be decoded for the borders */
	/* Called with [at, end) of this text. */
	void (*hit)(struct sweep_text *text, size_t at, size_t end, uint32_t indicator, enum sweep_match match);
	void *ctx;
};

enum {
	SWEEP_CLASS_DIGIT = 1,
	SWEEP_CLASS_HEX_LETTER = 2,
	SWEEP_CLASS_LETTER = 4, /* the others */
	SWEEP_CLASS_UNDER = 8,
	SWEEP_CLASS_DASH = 16,
	SWEEP_CLASS_DOT = 32,
	SWEEP_CLASS_PERCENT = 64,
	SWEEP_CLASS_PLUS = 128,
	SWEEP_CLASS_SLASH = 256,
	SWEEP_CLASS_TILDE = 512,
	SWEEP_CLASS_HIGH = 1024,
	SWEEP_CLASS_COLON = 2048,
	SWEEP_CLASS_ALNUM = SWEEP_CLASS_DIGIT | SWEEP_CLASS_HEX_LETTER | SWEEP_CLASS_LETTER,
	SWEEP_CLASS_HEX = SWEEP_CLASS_DIGIT | SWEEP_CLASS_HEX_LETTER,
	SWEEP_CLASS_LABEL = SWEEP_CLASS_ALNUM | SWEEP_CLASS_UNDER | SWEEP_CLASS_DASH,
};

unsigned sweep_class(int c); /* -1, the end of the text: 0 */
unsigned char sweep_fold(unsigned char c);
unsigned char sweep_fold_path(unsigned char c); /* and \ as / */
int sweep_hex(int c);                           /* its value, or -1 */

static inline uint64_t sweep_key8(const unsigned char *end)
{
	uint64_t k;
	memcpy(&k, end - 8, 8);
	return k | 0x2020202020202020U;
}

/* The last 1 to 8 bytes. */
static inline uint64_t sweep_key(const unsigned char *end, unsigned length)
{
	return sweep_key8(end) >> (64 - 8 * length);
}

/* The 4 bytes before the last 8, or before the last 12, that end at `end`. */
static inline uint32_t sweep_left(const unsigned char *end, unsigned last)
{
	uint32_t k;
	memcpy(&k, end - last - 4, 4);
	return k | 0x20202020U;
}

/* The last 8 bytes and those before them; 0 for what is not known. */
static inline uint64_t sweep_key_left(uint64_t key, uint32_t left, uint32_t further)
{
	return ~key ^ (uint64_t)left * 0x9FB21C651E98DF25U ^ (uint64_t)further * 0xD6E8FEB86659FD93U;
}

static inline uint64_t sweep_hash(uint64_t key)
{
	return key * 0x9E3779B97F4A7C15U;
}

static inline unsigned sweep_bit(const uint64_t *bitmap, uint64_t hash, unsigned shift)
{
	uint64_t bit = hash >> shift;
	return bitmap[bit >> 6] >> (bit & 63) & 1;
}

/* The first entry of a key, or NULL. */
const struct sweep_entry *sweep_entry_find(const struct sweep_set *set, uint32_t node, unsigned length, uint64_t key);

/* The key of `length` bytes that end at `end`, in nodes behind the first. */
uint64_t sweep_key_deep(const unsigned char *end, unsigned length);

/* The hive that the text begins with and the length of its name, or -1. */
int sweep_hive_of(const char *text, size_t *length);

/* Everything that ends at `end`: tells hits. */
void sweep_judge(struct sweep_text *text, size_t end);
/* Networks: an address that ends at `end`. */
void sweep_judge_network(struct sweep_text *text, size_t end);
/* Compares one pattern whose head ends at `end` and tells the hit. */
void sweep_judge_pattern(struct sweep_text *text, const struct sweep_pattern *pattern, size_t end);

/* Finds the ends of tokens in (from, to] of the text and judges each. */
void sweep_kernel_run(enum sweep_kernel kernel, struct sweep_text *text, size_t from, size_t to);

#endif
