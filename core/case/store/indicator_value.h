/*
 * The value of an indicator, by its type: checked, and brought to one form.
 *
 *     evil[.]example, Evil.EXAMPLE.     domain   evil.example
 *     日本語.example                    domain   xn--wgv71a119e.example
 *     hxxp://evil[.]example/A           url      http://evil.example/A
 *     2001:DB8:0:0:0:0:0:1              ip       2001:db8::1
 *     taro[at]mail(dot)example          email    taro@mail.example
 *     D41D8CD9…                         md5      d41d8cd9…
 *
 * What people write so that nobody clicks on it (base/address/refang.h lists the forms) and full-width letters are taken for what
 * they mean. The letters of hosts and digests are lower case; of paths, parts of URLs behind the host and the local
 * part of a mail address they are kept. A type without a form of its own (file_name, mutex, …) keeps its value.
 *
 *     struct buf value = BUF_INIT;
 *     if (indicator_normalise("domain", "evil[.]example", &value, err) == 0)
 *         …value.data is what is stored…
 *
 * Two values are the same indicator if their types and keys are the same: the key is the normal form, in which letters
 * of Windows paths and registry keys are folded, and a URL without a path has "/".
 *
 * Sources: RFC 1123, RFC 3986, RFC 4291 and 5952 (inet_pton, inet_ntop), RFC 5321, RFC 3492 (punycode), UTS #46.
 */
#ifndef GENBA_CASE_STORE_INDICATOR_VALUE_H
#define GENBA_CASE_STORE_INDICATOR_VALUE_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct case_file;
struct err;

/* Appends the normal form of a value of the type (a value of the field `type` of indicators, NULL: unknown). 0, or -1
 * with ERR_USAGE that says what such a value looks like; nothing is appended then. */
int indicator_normalise(const char *type, const char *text, struct buf *value, struct err *err);

/* Appends what is compared. Of a value that is none of its type: its letters folded. */
void indicator_key(const char *type, const char *value, struct buf *key);

/* The label of a record, not retracted and other than `except` (or NULL), that has the same indicator; "" if there is
 * none. Values that an older version took in defanged are recognised. The first question reads every indicator; what it
 * found is kept with the open case. 0 or -1. */
int indicator_find(struct case_file *c, const char *type, const char *value, const char *except, char label[],
                   struct err *err);

/* The stored object of a record is written: indicator_find() is to know it. */
void indicator_note(struct case_file *c, const json_t *object);

/* Brings the stored object of an indicator to the normal form. */
int indicator_settle(json_t *object, struct err *err);

#endif
