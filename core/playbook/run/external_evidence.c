/*
 * Evidence that is safe though its bytes are not hashed yet: a physical item
 * under seal, or a digest that somebody else made of what they hold.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "playbook/run/run.h"

#include <string.h>

#define FIELDS 24

static const char *external_evidence_given(const struct assign *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0 && fields[i].value && *fields[i].value)
			return fields[i].value;
	return NULL;
}

/* ALGORITHM:DIGEST, the digest of the length that the algorithm makes. */
static int check_digest(const char *text, struct err *err)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = {{"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha512", 128}};
	size_t name = strcspn(text, ":");
	for (size_t i = 0; text[name] && i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == name && strncmp(text, known[i].name, name) == 0) {
			const char *digest = text + name + 1;
			size_t digits = strspn(digest, "0123456789abcdefABCDEF");
			return digits == known[i].digits && !digest[digits]
			           ? 0
			           : err_set(err, ERR_USAGE, _("a %s digest has %zu hexadecimal digits"), known[i].name,
			                     known[i].digits);
		}
	return err_set(err, ERR_USAGE,
	               _("a digest stated by others is written ALGORITHM:DIGEST: md5, sha1, sha256 or sha512"));
}

int run_stand_in(struct case_file *c, int stated, const struct assign *fields, size_t count, char label[LABEL_TEXT],
                 struct err *err)
{
	static const char *const of_item[] = {"source_serial", "seal_no", "witness", "hash_due", NULL};
	static const char *const of_digest[] = {"claimed_hash", "claimed_by", NULL};
	struct assign all[FIELDS];
	if (count + 1 > FIELDS)
		return err_set(err, ERR_USAGE, "%s", _("too many fields"));
	for (const char *const *name = stated ? of_digest : of_item; *name; name++)
		if (!external_evidence_given(fields, count, *name))
			return err_set(err, ERR_USAGE, _("without a hash of its own it needs: %s (%s)"),
			               field_label(kind_field(kind_find("evidence"), *name)), *name);
	if (stated && check_digest(external_evidence_given(fields, count, "claimed_hash"), err) < 0)
		return -1;
	memcpy(all, fields, count * sizeof *fields);
	all[count] = (struct assign){"form", stated ? "elsewhere" : "physical"};
	return record_add(c, "evidence", all, count + 1, RECORD_MACHINE, label, err);
}
