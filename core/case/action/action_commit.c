/* The end of an action: its subject, its signed commit, and the transaction. */
#include "base/json.h"
#include "base/printable.h"
#include "case/action/action_private.h"
#include "case/action/action_subject.h"
#include "case/trust/high_water_mark.h"
#include "history/exchange.h"

#include <stdlib.h>
#include <string.h>

static int sign_with_identity(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

static int take_whole(void *ctx, json_t *object)
{
	struct action *a = ctx;
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	if (json_object_get(a->by_id, json_get_string(object, "id")) || json_canonical(object, &text, NULL) < 0) {
		buf_release(&text);
		return 0;
	}
	struct changed *entry = action_entry(a, json_get_string(object, "id"));
	record_path(json_get_string(object, "kind"), entry->id, &path);
	entry->path = buf_take(&path, NULL);
	entry->kind = xstrdup(json_get_string(object, "kind"));
	snprintf(entry->label, sizeof entry->label, "%s", json_get_string(object, "label"));
	entry->text = buf_take(&text, NULL);
	return 0;
}

int action_whole_tree(struct action *a, struct err *err)
{
	a->whole_tree = 1;
	return record_each(a->c, NULL, RECORD_RAW | RECORD_WITH_RETRACTED, take_whole, a, err) < 0 ? action_fail(a, err)
	                                                                                           : 0;
}

void action_also(struct action *a, const struct history_change *file)
{
	a->also = *file;
}

static int write_history(struct action *a, struct err *err)
{
	struct case_file *c = a->c;
	size_t total = a->count;
	struct history_change *changes = xcalloc(total + 1, sizeof *changes);
	for (size_t i = 0; i < a->count; i++)
		changes[i] =
		    (struct history_change){a->changes[i].path, a->changes[i].text, strlen(a->changes[i].text)};
	if (a->also.text)
		changes[total++] = a->also;
	struct history_signer signer = {sign_with_identity, (void *)(uintptr_t)c->identity, {0}};
	memcpy(signer.public_key, c->identity->public_key, 32);
	char *subject = action_subject_make(a);
	char *mail = xasprintf("%s@%.8s.genba.invalid", c->mark, c->id);
	const char *trailers[] = {a->trailer};
	struct history_meta meta = {.subject = subject,
	                            .action = a->verb,
	                            .step = a->step,
	                            .author_name = case_responder_name(c),
	                            .author_mail = mail,
	                            .when = a->when,
	                            .merge_parent = *a->merges ? a->merges : NULL,
	                            .extra_trailers = a->trailer ? trailers : NULL,
	                            .extra_count = a->trailer ? 1 : 0,
	                            .whole_tree = a->whole_tree};
	char id[HISTORY_ID];
	int rc;
	if (*a->forwards) {
		snprintf(id, sizeof id, "%s", a->forwards);
		rc = history_forward(c->history, id, err);
	} else {
		rc = history_commit(c->history, changes, total, &meta, &signer, id, err);
	}
	if (rc == 0)
		snprintf(c->head, sizeof c->head, "%.10s", id);
	free(mail);
	free(subject);
	free(changes);
	return rc;
}

/* A record stands otherwise, too, when a conflict about it begins or ends (disputed.h). */
static void tell_changed(struct action *a)
{
	const char **ids = xcalloc(a->count * 2, sizeof *ids);
	const char **kinds = xcalloc(a->count * 2, sizeof *kinds);
	json_t *conflicts = json_array(); /* what is borrowed of them */
	size_t count = 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct changed *change = &a->changes[i];
		kinds[count] = change->kind ? change->kind : "";
		ids[count++] = change->id;
		if (!kind_has(change->kind, KIND_CONFLICT) || !change->text)
			continue;
		json_t *conflict = json_parse(change->text, strlen(change->text), NULL);
		const char *about = json_get_string(conflict, "record");
		const char *kind = NULL;
		if (about && record_label_of(a->c, about, &kind)) {
			json_object_set_new(conflict, "kind", json_string(kind));
			kinds[count] = json_get_string(conflict, "kind");
			ids[count++] = about;
		}
		json_array_append_new(conflicts, conflict ? conflict : json_null());
	}
	generations_note(&a->c->generations, ids, kinds, count);
	if (*a->merges || *a->forwards)
		generations_note_labels(&a->c->generations);
	json_decref(conflicts);
	free(ids);
	free(kinds);
}

int action_commit(struct action *a, struct err *err)
{
	struct case_file *c = a->c;
	if (a->failed) {
		err_set(err, a->why.code ? a->why.code : ERR_FAILED, "%s",
		        a->why.code ? a->why.message : _("the action failed"));
		action_cancel(a);
		return -1;
	}
	if (a->count == 0 && !a->always && !*a->merges && !*a->forwards) {
		action_cancel(a);
		return 0;
	}
	if (write_history(a, err) < 0 ||
	    case_step(c, case_statement(c, CASE_COMMIT, err), _("write the change"), err) < 0) {
		action_cancel(a);
		return -1;
	}
	int refresh = 0;
	tell_changed(a);
	for (size_t i = 0; i < a->count; i++)
		refresh |= kind_has(a->changes[i].kind, KIND_OPEN | KIND_CONFLICT); /* whose label may be disputed */
	action_free(a);
	high_water_mark_update(c);
	if (refresh)
		case_refresh(c, NULL); /* the change is committed: nothing after it may say that it failed */
	return 0;
}

void action_cancel(struct action *a)
{
	if (!a)
		return;
	struct case_file *c = a->c;
	if (!sqlite3_get_autocommit(c->db))
		case_step(c, case_statement(c, CASE_ROLLBACK, NULL), _("roll back"), NULL);
	history_rolled_back(c->history);
	action_free(a);
	case_refresh(c, NULL);
}
