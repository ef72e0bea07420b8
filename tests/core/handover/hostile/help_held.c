#include "help_held.h"

#include "help_copies.h"

#include <stdio.h>
#include <string.h>

static struct {
	json_t *labels;   /* id -> label, as first seen */
	json_t *authors;  /* id -> author */
	json_t *keys;     /* id of a responder -> key */
	json_t *marks;    /* mark -> key, of all responders that ever had it here */
	json_t *digests;  /* id -> {field: digest} of evidence that was complete */
	json_t *revoked;  /* id -> true */
	json_t *holders;  /* label -> id, of the victim's own mark */
	uint64_t commits; /* looked at so far */
	uint64_t seed;    /* of the case, for messages */
} held;

const char *const held_digests[HELD_DIGESTS] = {"sha256", "md5", "sha1", "source_sha256", "piece_root"};

const char *record_text(const json_t *record, const char *name)
{
	const char *text = json_string_value(json_object_get(record, name));
	return text ? text : "";
}

static void must(int good, const char *what, const json_t *record)
{
	if (good)
		return;
	char *text = json_dumps(record, JSON_INDENT(1));
	fail_msg("%s, seed %llu: %s", what, (unsigned long long)held.seed, text ? text : "");
}

static void same_as_first(json_t *table, const char *id, const char *value, const char *what, const json_t *record)
{
	const char *first = json_string_value(json_object_get(table, id));
	if (first)
		must(strcmp(first, value) == 0, what, record);
	else
		json_object_set_new(table, id, json_string(value));
}

static int has_alias(const json_t *record, const char *label)
{
	size_t i;
	json_t *alias;
	json_array_foreach(json_object_get(record, "aliases"), i, alias)
		if (strcmp(json_string_value(alias), label) == 0)
			return 1;
	return 0;
}

static void look_at_evidence(const char *id, const json_t *record)
{
	json_t *known = json_object_get(held.digests, id);
	const char *name;
	json_t *value;
	json_object_foreach(known, name, value)
		must(strcmp(json_string_value(value), record_text(record, name)) == 0, "a digest changed", record);
	if (strcmp(record_text(record, "complete"), "complete") != 0)
		return;
	if (!known) {
		known = json_object();
		json_object_set_new(held.digests, id, known);
	}
	for (size_t i = 0; i < HELD_DIGESTS; i++)
		if (*record_text(record, held_digests[i]))
			json_object_set_new(known, held_digests[i], json_string(record_text(record, held_digests[i])));
}

static int look_at(void *ctx, json_t *record)
{
	(void)ctx;
	const char *id = record_text(record, "id");
	const char *kind = record_text(record, "kind");
	const char *label = record_text(record, "label");
	const char *first = json_string_value(json_object_get(held.labels, id));
	if (first && strcmp(first, label) != 0)
		must(has_alias(record, first) && strncmp(first, "R1-", 3) != 0, "a label moved", record);
	else
		json_object_set_new(held.labels, id, json_string(label));
	if (strncmp(label, "R1-", 3) == 0)
		same_as_first(held.holders, label, id, "a label went to another record", record);
	same_as_first(held.authors, id, record_text(record, "author"), "an author changed", record);
	if (strcmp(kind, "responder") == 0) {
		char key[80];
		snprintf(key, sizeof key, "%.79s", record_text(record, "key"));
		same_as_first(held.keys, id, key, "a key changed", record);
		same_as_first(held.marks, record_text(record, "mark"), key, "a mark went to another key", record);
		if (json_object_get(held.revoked, id))
			must(json_object_get(record, "revoked") != NULL, "a revocation was taken back", record);
		if (json_object_get(record, "revoked"))
			json_object_set_new(held.revoked, id, json_true());
	}
	if (strcmp(kind, "evidence") == 0)
		look_at_evidence(id, record);
	return 0;
}

static int author_is_signer(void *ctx, const struct history_entry *entry)
{
	unsigned char key[32];
	char mark[MARK_TEXT];
	struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	(void)ctx;
	if (entry->number <= held.commits)
		return 1;
	ok(history_signer_of(case_history(copies[0]), entry->id, key, &err), &err);
	ssh_public_line(key, "x", &line);
	snprintf(mark, sizeof mark, "%.*s", (int)strcspn(entry->author_mail, "@"), entry->author_mail);
	const char *wanted = json_string_value(json_object_get(held.marks, mark));
	size_t n = strlen("ssh-ed25519 ") + 68;
	if (!wanted || strncmp(wanted, line.data, n < strlen(wanted) ? n : strlen(wanted)) != 0)
		fail_msg("%s <%s> did not sign %s, seed %llu", entry->author_name, entry->author_mail, entry->id,
		         (unsigned long long)held.seed);
	buf_release(&line);
	return 0;
}

/* Who brought a record is whom it names. */
static int first_of(void *ctx, const struct history_entry *entry)
{
	snprintf(ctx, HISTORY_ID, "%s", entry->id);
	return 0;
}

static int who_did_it(void *ctx, json_t *record)
{
	(void)ctx;
	char first[HISTORY_ID] = "";
	unsigned char key[32];
	struct buf path = BUF_INIT;
	struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	const char *key_of = json_string_value(json_object_get(held.marks, record_text(record, "author")));
	if (strcmp(record_text(record, "kind"), "conflict") != 0) {
		record_path(record_text(record, "kind"), record_text(record, "id"), &path);
		history_log(case_history(copies[0]), NULL, path.data, 0, first_of, first, NULL);
		ok(history_signer_of(case_history(copies[0]), first, key, &err), &err);
		ssh_public_line(key, "x", &line);
		must(key_of && strncmp(key_of, line.data, 70) == 0, "somebody else entered it", record);
	}
	buf_release(&path);
	buf_release(&line);
	return 0;
}

void held_look(int thoroughly)
{
	struct err err = ERR_INIT;
	ok(record_each(copies[0], "responder", RECORD_RAW | RECORD_WITH_RETRACTED, look_at, NULL, &err), &err);
	ok(record_each(copies[0], NULL, RECORD_RAW | RECORD_WITH_RETRACTED, look_at, NULL, &err), &err);
	assert_true(history_log(case_history(copies[0]), NULL, NULL, 0, author_is_signer, NULL, &err) >= 0);
	ok(history_count(case_history(copies[0]), &held.commits, &err), &err);
	if (thoroughly) {
		ok(record_each(copies[0], NULL, RECORD_RAW | RECORD_WITH_RETRACTED, who_did_it, NULL, &err), &err);
		assert_verifies(copies[0]);
	}
}

void held_begin(uint64_t seed)
{
	json_t **const tables[] = {&held.labels,  &held.authors, &held.keys,   &held.marks,
	                           &held.digests, &held.revoked, &held.holders};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		json_decref(*tables[i]);
		*tables[i] = json_object();
	}
	held.commits = 0;
	held.seed = seed;
}
