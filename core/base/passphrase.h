/*
 * Passphrases: read and judged here for every door that seals or opens by one.
 *
 *     struct passphrase_request ask = {.file = file, .purpose = PASSPHRASE_NEW, .prompt = _("New passphrase: ")};
 *     struct secret passphrase = SECRET_INIT;
 *     struct buf warning = BUF_INIT;
 *     if (passphrase_read(&passphrase, &ask, &warning, err) < 0) …
 *     …print `warning` if it is not empty, seal, secret_release(&passphrase)…
 *
 * Empty ones are refused wherever one is to protect something, a file with a blank first line included; a weak one is taken
 * with a warning that names the time to guess it.
 *
 * Forms. Keyboards and systems spell one text in several ways: é or e with a mark (NFC, NFD), full-width digits and
 * half-width kana of a Japanese input method. What is sealed from now on is sealed by the NFKC form in UTF-8 (NIST SP 800-63B,
 * 5.1.1.2, recommends it). Files sealed before were sealed by the bytes that were typed; so opening tries, until one opens:
 * NFKC, the bytes as typed, NFC, NFD. A form that equals an earlier one is not tried again: plain ASCII costs one trial, a
 * wrong passphrase of other letters at most PASSPHRASE_FORMS. Bytes that are not UTF-8 have the one form that was typed.
 * A file of before that was sealed by full-width digits opens with full-width digits only: the other way there is no return.
 */
#ifndef GENBA_BASE_PASSPHRASE_H
#define GENBA_BASE_PASSPHRASE_H

#include "base/secret.h"

#include <stdint.h>

struct buf;

enum passphrase_purpose {
	PASSPHRASE_OPEN,  /* to try on what is sealed: taken as it is */
	PASSPHRASE_KEEP,  /* of a slot that is made again; typed empty: none (data NULL) */
	PASSPHRASE_OFFER, /* new, asked for twice; typed empty: none (data NULL) */
	PASSPHRASE_NEW,   /* new, asked for twice */
};

struct passphrase_request {
	const char *file; /* its first line; NULL: asked for on the terminal */
	const char *prompt;
	enum passphrase_purpose purpose;
	uint32_t kdf_passes, kdf_kib; /* what Argon2id will cost, for the estimate; 0: none is made */
};

/* Reads one and judges it. `warning` (may be NULL) gets a sentence with its newline if a new one is weak. 0; or -1: ERR_USAGE
 * (an empty one, two that differ), ERR_UNLOCK (no terminal), or the file could not be read. */
int passphrase_read(struct secret *passphrase, const struct passphrase_request *ask, struct buf *warning,
                    struct err *err);

/* 0, or -1 (ERR_USAGE) if it is empty. Whatever seals by a passphrase asks here too, so that no door forgets to. */
int passphrase_check(const struct secret *passphrase, struct err *err);

#define PASSPHRASE_FORMS 4

/* What is tried at opening, in that order; form[0] is what is sealed from now on. Release with passphrase_forms_release(). */
struct passphrase_forms {
	struct secret form[PASSPHRASE_FORMS];
	unsigned count;
};

void passphrase_forms_init(struct passphrase_forms *forms, const struct secret *typed);
void passphrase_forms_release(struct passphrase_forms *forms);

/*
 * How many bits a guesser has to find out, at most. Counted on the NFKC form, simply and rather too low than too high:
 *   a character      log2 of the classes that occur (26 small, 26 capital letters, 10 digits, 33 signs, 100 others); a kana
 *                    5 bits, a Han character 8: language is not random
 *   a word           3 to 12 letters between others that can be spoken: at most 14 bits (a list of 16,000), 1 more for a capital
 *   a repetition,    of the character before, of a sequence (abc, 321, qwe), of the block before (abab): 1 bit a character
 *   a well-known one (password, 123456, p4ssw0rd2024 …): 7 bits and what its digits behind add
 */
double passphrase_bits(const struct secret *passphrase);

/*
 * Seconds until half of 2^bits passphrases are tried by a hundred graphics cards. Argon2id is bound by memory: a guess moves
 * about 2.5 × passes × memory bytes, a card some 10^12 bytes a second (64 MiB × 2: 3,000 guesses a second a card;
 * 256 MiB × 3: 500; measured ones are lower, a rich attacker has more).
 */
double passphrase_seconds(double bits, uint32_t kdf_passes, uint32_t kdf_kib);

#define PASSPHRASE_WEAK 31557600.0 /* guessed within a year: a warning */

#endif
