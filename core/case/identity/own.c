#include "case/identity/own.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/identity/identity.h"

#include <sodium.h>
#include <string.h>

static void signed_text(const struct own_place *place, const char *text, struct buf *out)
{
	buf_addf(out, "genba-local\n%s\n%s\n%s", place->case_id, place->purpose, text);
}

int own_sign(const struct identity *id, const struct own_place *place, const char *text, struct buf *hex,
             struct err *err)
{
	unsigned char signature[64];
	struct buf whole = BUF_INIT;
	signed_text(place, text, &whole);
	int rc = id ? identity_sign(id, whole.data, whole.len, signature) : -1;
	buf_release(&whole);
	if (rc < 0)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked"));
	buf_addhex(hex, signature, sizeof signature);
	return 0;
}

int own_check(const struct identity *id, const struct own_place *place, const char *text, const char *hex)
{
	unsigned char signature[64];
	size_t n = 0;
	struct buf whole = BUF_INIT;
	signed_text(place, text, &whole);
	int own =
	    id && hex && sodium_hex2bin(signature, sizeof signature, hex, strlen(hex), NULL, &n, NULL) == 0 &&
	    n == sizeof signature &&
	    crypto_sign_verify_detached(signature, (const unsigned char *)whole.data, whole.len, id->public_key) == 0;
	buf_release(&whole);
	return own;
}
