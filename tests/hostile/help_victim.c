#include "help_victim.h"

#include "case/care/gate.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/parcel_worker.h"
#include "handover/parcel/unpack.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct worker_job *const jobs[] = {&gate_job, &parcel_worker_job, &unpack_job, NULL};

void victim_main(int argc, char **argv)
{
	worker_main(argc, argv, jobs);
}

void scene_at(const struct scene *s, const char *who)
{
	char home[300];
	snprintf(home, sizeof home, "%s/%s", s->folder, who);
	setenv("XDG_DATA_HOME", home, 1);
}

int scene_begin(void **state)
{
	struct err err = ERR_INIT;
	struct scene *s = xcalloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");
	assert_true(sodium_init() >= 0);
	snprintf(s->folder, sizeof s->folder, "%s/genba-hostile-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof s->path, "%s/site.genba", s->folder);
	snprintf(s->victims, sizeof s->victims, "%s/victim/genba", s->folder);
	s->attacker = identity_ephemeral("Attacker", "R1");
	s->victim = identity_ephemeral("Victim", "R2");
	scene_at(s, "attacker");
	struct case_new spec = {.title = "Look at this", .owner = s->attacker};
	s->c = case_create(s->path, &spec, &err);
	struct buf line = BUF_INIT;
	identity_public_line(s->victim, &line);
	const char *lines[] = {line.data};
	struct handover_recipient to[1];
	if (!s->c || handover_recipients(s->c, lines, 1, to, &err) < 0)
		fail_msg("%s", err.message);
	handover_recipients_release(to, 1);
	buf_release(&line);
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	memcpy(slot.recipient, s->victim->public_key, 32);
	struct vault_identity keys = {s->attacker->public_key, s->attacker->secret_key};
	assert_int_equal(vault_slot_add(case_vault(s->c), &slot, &keys, &err), 0);
	assert_int_equal(case_close(s->c, &err), 0);
	s->c = NULL;
	*state = s;
	return 0;
}

int scene_end(void **state)
{
	struct scene *s = *state;
	case_close(s->c, NULL);
	identity_free(s->attacker);
	identity_free(s->victim);
	char *command = xasprintf("rm -rf '%s'", s->folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(s);
	return 0;
}

void attacker_sql(struct scene *s, const char *sql)
{
	struct err err = ERR_INIT;
	struct vault *v;
	char *message = NULL;
	struct vault_identity keys = {s->attacker->public_key, s->attacker->secret_key};
	struct vault_unlock how = {&keys, NULL};
	if (vault_open(&v, s->path, &how, 0, &err) < 0)
		fail_msg("%s", err.message);
	sqlite3_db_config(vault_db(v), SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	if (sqlite3_exec(vault_db(v), sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(vault_close(v, &err), 0);
}

struct case_file *victim_opens(struct scene *s, unsigned flags, struct err *err)
{
	struct case_unlock unlock = {s->victim, NULL};
	scene_at(s, "victim");
	err_clear(err);
	return gate_open(s->path, &unlock, flags, NULL, err);
}

char *victims_files(const struct scene *s)
{
	char *command = xasprintf("cd '%s' && find victim -type f -print -exec cat {} + 2>/dev/null", s->folder);
	FILE *f = popen(command, "re");
	struct buf text = BUF_INIT;
	int c;
	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_addc(&text, (char)c);
	pclose(f);
	free(command);
	return buf_take(&text, NULL);
}
