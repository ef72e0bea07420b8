/* The names that are looked for, and the dresses in which they are (forbidden_dress.c, forbidden_undress.c, forbidden_letters.c,
 * forbidden_encoded.c). */
#ifndef GENBA_OUTWARD_RELEASE_FORBIDDEN_PRIVATE_H
#define GENBA_OUTWARD_RELEASE_FORBIDDEN_PRIVATE_H

#include "base/buf.h"
#include "outward/release/forbidden.h"

#include <stdint.h>

#define FORBIDDEN_SLOTS  65536U
#define FORBIDDEN_BASE64 262144U
#define FORBIDDEN_HEX    65536U

/* A large case has tens of thousands: small, their texts in one piece. */
struct forbidden_name {
	uint32_t text; /* places in the texts: as added */
	uint32_t folded;
	uint32_t label;
	uint32_t n;      /* bytes of what is folded */
	uint32_t prefix; /* the longest other name that this one begins with, from 1; 0: none */
	const char *field;
};

struct forbidden {
	struct forbidden_name *names;
	size_t count;
	size_t room;
	struct buf texts;
	char **allowed;
	size_t allowed_count;
	uint64_t *grams; /* three bytes of names that may stand in what is encoded: forbidden_decode.c */
	unsigned gram_shift;
	unsigned char *base64; /* what three characters of base64 may begin, by their worth */
	unsigned char *hex;    /* the same of four hexadecimal digits */
	uint32_t
	    *slots; /* by the first three folded bytes: where in the names those of a slot begin; they are sorted */
	unsigned char *seen; /* which slots hold a name, as bits: small enough to stay at hand */
	int ready;
};

static inline const char *forbidden_text(const struct forbidden *f, uint32_t place)
{
	return f->texts.data + place;
}

/* The slot of three bytes, the first in the lowest. */
static inline unsigned forbidden_slot(uint32_t three)
{
	return (three * 2654435761U) >> 16;
}

/* Memory that is used line after line. */
struct forbidden_scratch {
	struct buf fold;
	struct buf plain;
	struct buf decoded;
	struct buf wide;
	struct buf bits;
	size_t least; /* bytes of a name that counts */
};
/* clang-format off */
#define FORBIDDEN_SCRATCH {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, 0}
/* clang-format on */
void forbidden_scratch_release(struct forbidden_scratch *s);

/* 1 with the first name in text that is folded already. The byte behind it is readable (NUL). */
int forbidden_in_folded(const struct forbidden *f, const char *text, size_t n, size_t least, struct forbidden_hit *hit);

/* The same of text that is not folded yet; `high`: it may hold bytes beyond ASCII. */
int forbidden_in_fold(const struct forbidden *f, const char *text, size_t n, int high, struct forbidden_scratch *s,
                      struct forbidden_hit *hit);

/* The same of text in any dress. `depth`: how many were taken off. */
int forbidden_in_part(const struct forbidden *f, const char *text, size_t n, int depth,
                      struct forbidden_scratch *scratch, struct forbidden_hit *hit);

/* What a text holds that has to be looked at more closely. */
enum {
	FORBIDDEN_HIGH = 1,       /* a byte beyond ASCII */
	FORBIDDEN_ESCAPE = 2,     /* a backslash, an ampersand, a percent sign */
	FORBIDDEN_TAG = 4,        /* < */
	FORBIDDEN_QUOTED = 8,     /* = */
	FORBIDDEN_ZERO = 16,      /* NUL */
	FORBIDDEN_BRACKET = 32,   /* one that closes soon, as in what is written defanged */
	FORBIDDEN_BREAK = 64,     /* the end of a line */
	FORBIDDEN_PLUS = 128,     /* + */
	FORBIDDEN_PUNYCODE = 256, /* n--, as in xn-- */
};

/* These, as bits. The characters of base64, and the hexadecimal digits, are marked in s->bits: n / 64 + 2 words of each. */
unsigned forbidden_look(const char *text, size_t n, struct forbidden_scratch *s);

/* In what of the text, of which s->bits are, is base64 or hexadecimal numbers, and in what was decoded of it; `sign`: three bytes
 * of that look like a name's. */
int forbidden_in_encoded(const struct forbidden *f, const char *text, size_t n, int depth, struct forbidden_scratch *s,
                         struct forbidden_hit *hit);
int forbidden_in_decoded(const struct forbidden *f, const struct buf *decoded, int depth, int sign,
                         struct forbidden_scratch *s, struct forbidden_hit *hit);

enum {
	FORBIDDEN_TEXT = 1,
	FORBIDDEN_SIGN = 2,
	FORBIDDEN_MIXTURE = 4
}; /* what is decoded from there may be text, may hold a name */
void forbidden_prepare_signs(struct forbidden *f, size_t names);
void forbidden_add_signs(struct forbidden *f, const struct forbidden_name *name);
int forbidden_has_sign(const struct forbidden *f, uint32_t three);

/* Append the text without escapes of JSON, C, URLs and HTML; without tags; without those of quoted-printable. 1 if
 * there were any. */
int forbidden_undress(const char *text, size_t n, struct buf *out);
int forbidden_without_tags(const char *text, size_t n, struct buf *out);
int forbidden_unquote(const char *text, size_t n, struct buf *out);

/* The same of hosts in punycode, of UTF-7, of ends of lines (with nothing, or a blank, where one was). */
int forbidden_unpunycode(const char *text, size_t n, struct buf *out);
int forbidden_utf7(const char *text, size_t n, struct buf *out);
int forbidden_join(const char *text, size_t n, struct buf *out);
int forbidden_join_with_blanks(const char *text, size_t n, struct buf *out);

void forbidden_add_point(struct buf *out, unsigned c);

/* Calls with each other form in which a folded name is written, folded too. */
typedef void (*forbidden_variant_fn)(void *ctx, const char *text);
void forbidden_each_variant(const char *folded, forbidden_variant_fn fn, void *ctx);

/* Appends the text with letters of other scripts that look like Latin ones as those. 1; 0, and nothing appended: there are none. */
int forbidden_alike(const char *text, size_t n, struct buf *out);

#endif
