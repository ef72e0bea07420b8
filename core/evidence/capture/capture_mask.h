/*
 * Where the secrets are on a command line, by their position.
 *
 * Only the secret is found, not what stands before or behind it:
 *
 *     --password=abc  --token abc  API_TOKEN=abc  /p:abc          by the name
 *     http://user:abc@host/?token=abc                             in a URL
 *     -H 'Authorization: Bearer abc'  'X-Api-Key: abc'            in a header
 *     -u user:abc  mysql -pabc  sshpass -p abc  smbclient -U user%abc  openssl -passin pass:abc
 *     sh -c 'mysql -pabc; date'                                   and all of these in a script, at any depth
 *
 * A word that only looks like one of these is masked too: rather too much than too little.
 */
#ifndef GENBA_EVIDENCE_CAPTURE_CAPTURE_MASK_H
#define GENBA_EVIDENCE_CAPTURE_CAPTURE_MASK_H

#include <stddef.h>

struct secret_span {
	size_t start;
	size_t end; /* behind its last byte */
};

/* The secrets of a word: in order, apart from each other. Free `items`. */
struct secret_spans {
	struct secret_span *items;
	size_t count;
};

/* Finds the secrets of each of `count` words of a command; `found` has room for as many. */
void capture_find_secrets(char *const *words, size_t count, struct secret_spans *found);
void capture_secrets_release(struct secret_spans *found, size_t count);

#endif
