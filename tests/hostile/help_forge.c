#include "help_forge.h"

#include "base/json.h"
#include "case/case.h"
#include "case/store/case_internal.h"
#include "handover/parcel/parcel.h"
#include "handover/parcel/seal.h"
#include "history/history.h"
#include "tui/command/command.h"
#include "tui/session/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t seed;

static unsigned draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % n);
}

#define PICK(list) ((list)[draw((unsigned)(sizeof(list) / sizeof *(list)))])

static const char *const texts[] = {
    "",
    "x",
    "../identity.json",
    "../../../../home/x",
    "/etc/passwd",
    "\033[2J\033]0;owned\a",
    "\xc2\x9b"
    "31mred",
    "\xe2\x80\xae"
    "exe.txt",
    "\xff\xfe broken",
    "a\nb\rc",
    "</script><img src=x onerror=alert(1)>",
    "%s%n%s",
    "R1",
    "R2",
    "R1-A1",
    "R2-A1",
    "case",
    "note",
    "responder",
    "conflict",
    "x/../../y",
    "00000000-0000-4000-8000-000000000000",
    "1111111111111111111111111111111111111111111111111111111111111111",
    "text:sha256:1111111111111111111111111111111111111111111111111111111111111111",
    "2026-01-01T00:00:00+09:00",
    "-9999-99-99T99:99:99Z",
    "[]",
    "{}",
    "null",
    "'; DROP TABLE record; --",
};

static const char *const names[] = {"id",       "kind",  "label",     "author",  "entered",  "modified", "title",
                                    "tlp",      "name",  "mark",      "key",     "role",     "revoked",  "status",
                                    "hostname", "on",    "when",      "tags",    "path",     "sha256",   "record",
                                    "field",    "one",   "other",     "aliases", "text",     "to",       "receipt",
                                    "evidence", "state", "retracted", "links",   "reserved", "\033[1m",  "a b"};

/* A value as SQL spells it. The caller frees. */
static char *sql_value(void)
{
	static const char *const numbers[] = {
	    "0", "-1", "1", "NULL", "4294967296", "2147483648", "-2147483649", "9000000000000000000", "1e308", "x''"};
	switch (draw(8)) {
	case 0:
	case 1:
		return xstrdup(PICK(numbers));
	case 2:
		return xasprintf("zeroblob(%u)", draw(3) ? draw(64) : draw(3000000));
	case 3:
		return xasprintf("CAST(zeroblob(%u) AS TEXT)", draw(100000));
	default: {
		char *quoted = sqlite3_mprintf("%Q", PICK(texts));
		char *value = xstrdup(quoted);
		sqlite3_free(quoted);
		return value;
	}
	}
}

/* ---- rows */

static struct vault *attacker_opens(struct scene *s)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_identity keys = {s->attacker->public_key, s->attacker->secret_key};
	struct vault_unlock how = {&keys, NULL};
	if (vault_open(&v, s->path, &how, 0, &err) < 0)
		fail_msg("%s", err.message);
	sqlite3_db_config(vault_db(v), SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	sqlite3_db_config(vault_db(v), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
	return v;
}

/* One text out of the database, by number among those that the query gives. NULL: none. The caller frees. */
static char *one_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	char *found[128];
	unsigned count = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK)
		while (count < 128 && sqlite3_step(st) == SQLITE_ROW)
			found[count++] = xstrdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	unsigned which = count ? draw(count) : 0;
	for (unsigned i = 0; i < count; i++)
		if (i != which)
			free(found[i]);
	return count ? found[which] : NULL;
}

static char *schema_sql(const char *table)
{
	switch (draw(9)) {
	case 0:
		return xasprintf("CREATE TRIGGER evil AFTER INSERT ON \"%s\" BEGIN DELETE FROM git_commit; END", table);
	case 1:
		return xasprintf("CREATE TRIGGER evil AFTER UPDATE ON meta BEGIN SELECT writefile('/tmp/x', 'y'); END");
	case 2:
		return xasprintf("DROP TABLE \"%s\"", table);
	case 3:
		return xasprintf("ALTER TABLE \"%s\" RENAME TO gone; CREATE VIEW \"%s\" AS SELECT * FROM gone", table,
		                 table);
	case 4:
		return xasprintf("ALTER TABLE \"%s\" ADD COLUMN more TEXT AS (randomblob(100000))", table);
	case 5:
		return xasprintf("PRAGMA user_version = %u; PRAGMA application_id = %u", draw(9), draw(9));
	case 6:
		return xasprintf("UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'BLOB') WHERE name = '%s'",
		                 table);
	case 7:
		return xasprintf("UPDATE sqlite_schema SET rootpage = %u WHERE name = '%s'", 1 + draw(40), table);
	default:
		return xasprintf("DELETE FROM sqlite_schema WHERE type = 'index'");
	}
}

static char *beside_sql(void)
{
	char *value = sql_value();
	char *sql = NULL;
	switch (draw(4)) {
	case 0:
		sql = xasprintf("INSERT OR REPLACE INTO meta VALUES('local.handover', %s)", value);
		break;
	case 1:
		sql =
		    xasprintf("INSERT OR REPLACE INTO meta VALUES('local.evidence', '{\"R1-E1\":{\"path\":\"/etc\"}}'),"
		              " ('local.search', %s), ('local.receipt', %s), ('local.backup', %s)",
		              value, value, value);
		break;
	case 2:
		sql = xasprintf("INSERT OR REPLACE INTO draft VALUES('note', %s, '{\"text\":\"I did it\"}')", value);
		break;
	default:
		sql = xasprintf("INSERT OR REPLACE INTO work VALUES('../x', 0, %s)", value);
		break;
	}
	free(value);
	return sql;
}

static char *row_sql(sqlite3 *db)
{
	char *table = one_of(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
	char *quoted = sqlite3_mprintf("SELECT name FROM pragma_table_info(%Q)", table ? table : "record");
	char *column = one_of(db, quoted);
	char *value = sql_value();
	char *sql = NULL;
	const char *t = table ? table : "record";
	const char *c = column ? column : "json";
	sqlite3_free(quoted);
	switch (draw(8)) {
	case 0:
		sql = schema_sql(t);
		break;
	case 1:
		sql = beside_sql();
		break;
	case 2:
		sql = draw(2) ? xasprintf("DELETE FROM \"%s\" WHERE rowid %% 3 = %u", t, draw(3))
		              : xasprintf("DELETE FROM \"%s\"", t);
		break;
	case 3:
	case 4: {
		char *set = sqlite3_mprintf("UPDATE record SET json = json_set(json, '$.' || %Q, %s) WHERE n %% %u = 0",
		                            PICK(names), value, 1 + draw(4));
		sql = xstrdup(set);
		sqlite3_free(set);
		break;
	}
	default:
		sql = draw(3) ? xasprintf("UPDATE \"%s\" SET \"%s\" = %s WHERE rowid %% 5 = %u", t, c, value, draw(5))
		              : xasprintf("UPDATE \"%s\" SET \"%s\" = %s", t, c, value);
		break;
	}
	free(table);
	free(column);
	free(value);
	return sql;
}

static void forge_rows(struct scene *s, struct buf *what)
{
	struct vault *v = attacker_opens(s);
	for (unsigned i = 1 + draw(3); i > 0; i--) {
		char *sql = row_sql(vault_db(v));
		buf_addf(what, "%s; ", sql);
		sqlite3_exec(vault_db(v), sql, NULL, NULL, NULL); /* one that SQLite refuses is none */
		free(sql);
	}
	vault_close(v, NULL);
}

/* ---- history */

static int sign(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

static int sign_badly(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	int rc = identity_sign(ctx, message, n, signature);
	signature[draw(64)] ^= 1;
	return rc;
}

static json_t *odd_value(void)
{
	switch (draw(7)) {
	case 0:
		return json_integer(draw(2) ? -1 : (json_int_t)1 << 62);
	case 1:
		return json_pack("[s]", "R1-A1");
	case 2:
		return draw(2) ? json_true() : json_object();
	default: {
		json_t *text = json_string(PICK(texts));
		return text ? text : json_string("\033c");
	}
	}
}

/* A record of the case, or a new one, altered. */
static json_t *odd_record(struct case_file *c)
{
	static const char *const kinds[] = {"asset",     "event",    "note", "evidence",
	                                    "responder", "conflict", "case", "k/x"};
	char *label = one_of(c->db, "SELECT label FROM record ORDER BY n");
	json_t *r = label && draw(3) ? record_stored(c, label, NULL) : NULL;
	free(label);
	if (!r) {
		char id[37];
		const char *kind = PICK(kinds);
		snprintf(id, sizeof id, "%08x-0000-4000-8000-%012x", draw(1U << 30), draw(1U << 30));
		r = json_pack("{s:s s:s s:s s:s s:s s:s}", "id", id, "kind", kind, "label",
		              draw(2) ? "R1-A77" : "R2-A1", "author", draw(3) ? "R1" : "R2", "entered",
		              "2026-01-01T00:00:00Z", "modified", "2026-01-01T00:00:00Z");
	}
	for (unsigned i = draw(3); i > 0; i--)
		json_object_set_new(r, PICK(names), odd_value());
	if (draw(6) == 0)
		json_object_del(r, PICK(names));
	return r;
}

static void odd_commit(struct case_file *c, const struct identity *who, struct buf *what)
{
	struct err err = ERR_INIT;
	char id[HISTORY_ID];
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	json_t *r = odd_record(c);
	if (json_canonical(r, &text, NULL) < 0)
		buf_adds(&text, "{}\n");
	if (draw(8) == 0)
		buf_truncate(&text, text.len / 2);
	const char *kind = json_get_string(r, "kind");
	const char *number = json_get_string(r, "id");
	int whole = kind && number && strlen(number) > 3 && strspn(number, "0123456789abcdef-") == strlen(number) &&
	            strspn(kind, "abcdefghijklmnopqrstuvwxyz") == strlen(kind);
	record_path(whole && draw(10) ? kind : "asset", whole ? number : "00000000-0000-4000-8000-000000000001", &path);
	struct history_change change = {draw(15) ? path.data : "README.md", draw(12) ? text.data : NULL, text.len};
	const char *author = draw(4) ? who->name : PICK(texts);
	char *mail = xasprintf("%s@%.8s.genba.invalid", draw(4) ? who->mark : "R2", c->id);
	static const int64_t moments[] = {-1, 0, 4294967296, 99999999999, 253402300800, INT64_MAX};
	struct history_meta meta = {.subject = draw(3) ? "add asset R1-A1: PC" : "\033[31mowned",
	                            .action = draw(3) ? "add" : "\033c",
	                            .author_name = *author && strlen(author) < 30 ? author : "A",
	                            .author_mail = mail,
	                            .when = {draw(3) ? 1764000000 : PICK(moments), 0, 540}};
	struct history_signer signer = {draw(6) ? sign : sign_badly, (void *)(uintptr_t)who, {0}};
	memcpy(signer.public_key, who->public_key, 32);
	buf_addf(what, "commit %s: %.300s ", change.path, text.data);
	sqlite3_exec(c->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (history_commit(c->history, &change, 1, &meta, &signer, id, &err) < 0)
		history_rolled_back(c->history);
	else if (kind && number && json_get_string(r, "label") && draw(4)) /* what the store is given always has them */
		record_store(c, r, text.data, draw(2) ? 1 : 0, NULL);
	if (sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	json_decref(r);
	free(mail);
	buf_release(&text);
	buf_release(&path);
}

static struct case_file *commits(struct scene *s, struct buf *what)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->attacker, NULL};
	struct case_file *c = case_open(s->path, &unlock, 0, &err);
	if (!c)
		fail_msg("%s", err.message);
	struct identity *stranger = identity_ephemeral("Stranger", draw(2) ? "R1" : "R9");
	for (unsigned i = 1 + draw(3); i > 0; i--)
		odd_commit(c, draw(5) ? s->attacker : stranger, what);
	identity_free(stranger);
	return c;
}

/* ---- bytes */

static void write_whole(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void flip(struct buf *b, size_t from, size_t to, unsigned count)
{
	for (; count > 0 && to > from && b->len > from; count--)
		b->data[(from + draw((unsigned)((to < b->len ? to : b->len) - from)))] ^= (char)(1 << draw(8));
}

static void forge_bytes(struct scene *s, struct buf *what)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	char *log = xasprintf("%s-wal", s->path);
	char *precious = xasprintf("%s/precious", s->folder);
	unsigned how = draw(9);
	buf_addf(what, "bytes %u", how);
	if (buf_read_file(&b, s->path, 1U << 26, &err) < 0)
		fail_msg("%s", err.message);
	if (how == 0)
		flip(&b, 0, 16384, 1 + draw(20));
	else if (how == 1)
		flip(&b, 16384, 24576, 1 + draw(20));
	else if (how == 2)
		flip(&b, 24576, b.len, 1 + draw(20));
	else if (how == 3)
		buf_truncate(&b, draw((unsigned)b.len));
	else if (how == 4)
		memset(b.data, (int)draw(256), draw(2) ? 8192 : b.len);
	else if (how == 5)
		buf_add(&b, b.data + b.len - 4096, 4096);
	write_whole(s->path, b.data, b.len);
	if (how == 6)
		write_whole(log, b.data, draw(100000));
	if (how == 7)
		assert_int_equal(symlink(precious, log), 0);
	if (how == 8) {
		unlink(s->path);
		assert_int_equal(draw(2) ? symlink(precious, s->path) : mkdir(s->path, 0700), 0);
	}
	free(log);
	free(precious);
	buf_release(&b);
}

/* ---- parcels */

static void sign_again(struct scene *s, struct buf *plain)
{
	struct buf armour = BUF_INIT;
	struct history_signer signer = {sign, s->attacker, {0}};
	memcpy(signer.public_key, s->attacker->public_key, 32);
	assert_int_equal(sshsig_sign("genba-parcel", plain->data, plain->len, &signer, &armour, NULL), 0);
	buf_add(plain, armour.data, armour.len);
	buf_release(&armour);
}

static void odd_head(struct buf *plain)
{
	static const char *const members[] = {"format", "version", "case",   "tip",   "needs",
	                                      "from",   "made",    "bundle", "texts", "files"};
	size_t line = strcspn(plain->data, "\n");
	json_t *head = json_loadb(plain->data, line, 0, NULL);
	struct buf out = BUF_INIT;
	json_object_set_new(head, PICK(members), odd_value());
	char *text = json_dumps(head, JSON_COMPACT | JSON_SORT_KEYS);
	buf_adds(&out, text);
	buf_add(&out, plain->data + line, plain->len - line);
	buf_release(plain);
	*plain = out;
	free(text);
	json_decref(head);
}

static void forge_parcel(struct scene *s, struct buf *what)
{
	struct err err = ERR_INIT;
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	struct case_file *c = commits(s, what);
	if (parcel_write(c, NULL, 0, NULL, &plain, &err) <
	    0) { /* a time that is none: not even its own copy can be read */
		buf_addf(what, "no parcel, since %s; ", err.message);
		buf_adds(&plain, "{\"format\":\"genba-parcel\"}\n");
	}
	case_close(c, NULL);
	const char *signature = strstr(plain.data, "-----BEGIN SSH");
	for (size_t i = strlen(plain.data); !signature && i + 14 < plain.len; i++)
		if (memcmp(plain.data + i, "-----BEGIN SSH", 14) == 0)
			signature = plain.data + i;
	unsigned how = draw(6);
	buf_addf(what, "parcel %u", how);
	if (signature && how < 5)
		buf_truncate(&plain, (size_t)(signature - plain.data));
	if (how == 0)
		odd_head(&plain);
	if (how == 1)
		flip(&plain, 0, plain.len, 1 + draw(10));
	if (how == 2)
		buf_truncate(&plain, draw((unsigned)plain.len));
	if (how < 4)
		sign_again(s, &plain);
	assert_int_equal(
	    seal_close(plain.data, plain.len, (const unsigned char(*)[32])s->victim->public_key, 1, &sealed, &err), 0);
	if (draw(12) == 0)
		flip(&sealed, 0, sealed.len, 1 + draw(4));
	write_whole(s->path, sealed.data, sealed.len);
	buf_release(&plain);
	buf_release(&sealed);
}

/* ---- all of them */

void forge_base(struct scene *s)
{
	static const char *const lines[] = {
	    "add asset hostname=HR-PC-03 status=suspected", "add event \"title=mail opened\" when=2026-01-05",
	    "note --on R1-A1 \"Fan runs at full speed\"", "add indicator value=203.0.113.7"};
	struct err err = ERR_INIT;
	struct session session;
	struct buf key = BUF_INIT;
	char *copy = xasprintf("%s/handed.genba", s->folder);
	char *file = xasprintf("%s/victim.pub", s->folder);
	char *handover = xasprintf("handover --to '%s' --out '%s'", file, copy);
	identity_public_line(s->victim, &key);
	write_whole(file, key.data, key.len);
	session_init(&session);
	session.path = xstrdup(s->path);
	session.identity = s->attacker;
	session.log = fopen("/dev/null", "w");
	for (size_t i = 0; i <= sizeof lines / sizeof *lines; i++) {
		struct buf out = BUF_INIT;
		const char *line = i < sizeof lines / sizeof *lines ? lines[i] : handover;
		if (command_run_line(&session, line, &out, &err) < 0)
			fail_msg("%s: %s", line, err.message);
		buf_release(&out);
	}
	assert_int_equal(session_close(&session, &err), 0);
	fclose(session.log);
	session.identity = NULL;
	session_release(&session);
	assert_int_equal(rename(copy, s->path), 0);
	free(handover);
	free(copy);
	free(file);
	buf_release(&key);
}

enum forged forge(struct scene *s, unsigned n, struct buf *what)
{
	enum forged sort = (enum forged)(n % FORGED_SORTS);
	seed = 0x9E3779B97F4A7C15ULL * (n + 1);
	for (int i = 0; i < 8; i++)
		draw(2);
	switch (sort) {
	case FORGED_ROWS:
		forge_rows(s, what);
		break;
	case FORGED_HISTORY:
		case_close(commits(s, what), NULL);
		break;
	case FORGED_BYTES:
		forge_bytes(s, what);
		break;
	default:
		forge_parcel(s, what);
		break;
	}
	return sort;
}
