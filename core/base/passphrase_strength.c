/* How long a passphrase takes to guess: passphrase.h says how it is counted. */
#include "base/passphrase.h"

#include <math.h>
#include <sodium.h>
#include <string.h>
#include <utf8proc.h>

#define WORD_BITS  14.0
#define KNOWN_BITS 7.0
#define KANA_BITS  5.0
#define HAN_BITS   8.0
#define SEQUENCE   3 /* characters from which on a sequence counts as one */
#define WORD_MIN   3
#define WORD_MAX   12
#define COUNTED    256 /* characters; more need not be counted to be enough */

enum strength_class {
	CLASS_SMALL,
	CLASS_CAPITAL,
	CLASS_DIGIT,
	CLASS_SIGN,
	CLASS_KANA,
	CLASS_HAN,
	CLASS_OTHER,
	CLASSES
};

static enum strength_class class_of(int32_t c)
{
	if (c >= 'a' && c <= 'z')
		return CLASS_SMALL;
	if (c >= 'A' && c <= 'Z')
		return CLASS_CAPITAL;
	if (c >= '0' && c <= '9')
		return CLASS_DIGIT;
	if (c < 0x80)
		return CLASS_SIGN;
	if (c >= 0x3041 && c <= 0x30FF)
		return CLASS_KANA;
	if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF))
		return CLASS_HAN;
	return CLASS_OTHER;
}

/* Bits of one character, given what classes occur. */
static double pool_bits(const int32_t *text, size_t n)
{
	static const int sizes[CLASSES] = {26, 26, 10, 33, 0, 0, 100};
	int seen[CLASSES] = {0};
	int pool = 0;
	for (size_t i = 0; i < n; i++)
		seen[class_of(text[i])] = 1;
	for (int k = 0; k < CLASSES; k++)
		pool += seen[k] ? sizes[k] : 0;
	return pool > 1 ? log2(pool) : 0;
}

static double char_bits(int32_t c, double pool)
{
	enum strength_class k = class_of(c);
	return k == CLASS_KANA ? KANA_BITS : k == CLASS_HAN ? HAN_BITS : pool;
}

static int32_t small(int32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int is_letter(int32_t c)
{
	return class_of(c) == CLASS_SMALL || class_of(c) == CLASS_CAPITAL;
}

/* The character behind `c` on a row of the keyboard, or 0. */
static int32_t key_behind(int32_t c)
{
	static const char rows[] = "qwertyuiop asdfghjkl zxcvbnm";
	const char *at = c > ' ' && c < 0x80 ? strchr(rows, (int)c) : NULL;
	return at && at[1] > ' ' ? at[1] : 0;
}

static int follows(int32_t before, int32_t c)
{
	before = small(before);
	c = small(c);
	return c == before || c == before + 1 || c + 1 == before || c == key_behind(before) || before == key_behind(c);
}

static size_t sequence_at(const int32_t *text, size_t n)
{
	size_t len = 1;
	while (len < n && follows(text[len - 1], text[len]))
		len++;
	return len;
}

/* How much at `at` repeats the block right before it: abcabc. */
static size_t repeated_at(const int32_t *text, size_t at, size_t n)
{
	for (size_t len = at; len >= 2; len--) {
		if (len <= n - at && memcmp(text + at - len, text + at, len * sizeof *text) == 0)
			return len;
	}
	return 0;
}

/* Letters that can be spoken: never more than four consonants together. */
static int is_word(const int32_t *text, size_t n)
{
	size_t consonants = 0;
	size_t vowels = 0;
	for (size_t i = 0; i < n; i++) {
		int vowel = strchr("aeiouy", (int)small(text[i])) != NULL;
		consonants = vowel ? 0 : consonants + 1;
		vowels += vowel ? 1 : 0;
		if (consonants > 4)
			return 0;
	}
	return vowels > 0 && n >= WORD_MIN && n <= WORD_MAX;
}

static double word_bits(const int32_t *text, size_t n)
{
	double capital = 0;
	for (size_t i = 0; i < n; i++)
		if (class_of(text[i]) == CLASS_CAPITAL)
			capital = 1;
	return WORD_BITS + capital;
}

/* A letter for the digit or sign that is written in its place. */
static int32_t plain(int32_t c)
{
	static const char signs[] = "0134578@$!";
	static const char letters[] = "oieastbasi";
	const char *at = c > ' ' && c < 0x80 ? strchr(signs, (int)c) : NULL;
	return at ? letters[at - signs] : small(c);
}

/* Whether it is on every guesser's first page. What stands behind it is left: digits and signs. */
static size_t known_at(const int32_t *text, size_t n)
{
	static const char *const known[] = {
	    "password",      "passwort", "passphrase", "passwd",   "pass",     "letmein",   "welcome",  "admin",
	    "administrator", "root",     "secret",     "login",    "guest",    "changeme",  "default",  "iloveyou",
	    "monkey",        "dragon",   "football",   "baseball", "sunshine", "princess",  "master",   "shadow",
	    "superman",      "michael",  "trustno",    "qwerty",   "qazwsx",   "asdf",      "zaq",      "hello",
	    "test",          "genba",    "practice",   "incident", "forensic", "forensics", "security", "himitsu",
	    "sakura",        "nihon",    "tokyo",      "japan",    "asdfgh",
	};
	size_t best = 0;
	for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
		size_t len = strlen(known[k]);
		size_t i = 0;
		while (i < len && i < n && (small(text[i]) == known[k][i] || plain(text[i]) == known[k][i]))
			i++;
		if (i == len && len > best)
			best = len;
	}
	for (size_t i = best; best && i < n; i++)
		if (is_letter(text[i]) || text[i] == ' ' || text[i] >= 0x80)
			return 0; /* the beginning of something longer */
	return best;
}

static double count_bits(const int32_t *text, size_t n)
{
	double pool = pool_bits(text, n);
	double bits = 0;
	size_t i = known_at(text, n);
	if (i > 0)
		bits = KNOWN_BITS;
	while (i < n) {
		size_t len = sequence_at(text + i, n - i);
		size_t again = repeated_at(text, i, n);
		size_t word = 0;
		while (i + word < n && is_letter(text[i + word]))
			word++;
		if (again > 0) {
			bits += (double)again;
			i += again;
		} else if (len >= SEQUENCE) {
			bits += char_bits(text[i], pool) + (double)(len - 1);
			i += len;
		} else if (is_word(text + i, word)) {
			double letters = (double)word * pool;
			double as_word = word_bits(text + i, word);
			bits += letters < as_word ? letters : as_word;
			i += word;
		} else {
			bits += char_bits(text[i], pool);
			i++;
		}
	}
	return bits;
}

double passphrase_bits(const struct secret *passphrase)
{
	struct passphrase_forms forms;
	passphrase_forms_init(&forms, passphrase);
	const struct secret *form = &forms.form[0];
	int32_t *points = secret_alloc((form->len + 1) * sizeof *points);
	size_t n = 0;
	for (size_t at = 0; at < form->len && n < COUNTED;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t used =
		    utf8proc_iterate((const utf8proc_uint8_t *)form->data + at, (utf8proc_ssize_t)(form->len - at), &c);
		points[n++] = used > 0 ? c : 0xFFFD;
		at += used > 0 ? (size_t)used : 1;
	}
	double bits = count_bits(points, n);
	secret_free(points);
	passphrase_forms_release(&forms);
	return bits;
}

double passphrase_seconds(double bits, uint32_t kdf_passes, uint32_t kdf_kib)
{
	static const double cards = 100, bytes_a_second = 1e12, moved = 2.5;
	double rate = cards * bytes_a_second / (moved * (double)kdf_passes * (double)kdf_kib * 1024.0);
	return exp2(bits - 1) / rate;
}
