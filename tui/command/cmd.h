/* The functions behind the command table; each takes the session, its words, and fills the error. See command.def. */
#ifndef GENBA_TUI_COMMAND_CMD_H
#define GENBA_TUI_COMMAND_CMD_H

#include "tui/command/command.h"

#include <jansson.h>

#define SECTION(title)
#define COMMAND(name, operands, options, summary, keys, opens, flags, function) \
	int function(struct session *s, const struct args *args, struct err *err);
#include "tui/command/command.def"
#undef COMMAND
#undef SECTION

/* `import stix|misp|… FILE`: what other tools exported. */
struct intake_format;
int cmd_import_exchange(struct session *s, const struct args *args, const struct intake_format *format,
                        struct err *err);

/* `import mail PATH…`: mails as evidence and records. */
int cmd_import_mail(struct session *s, const struct args *args, struct err *err);

/* To the log what the rules say of a record that was written; of one among several with its label before each line. */
void cmd_print_warnings(struct session *s, const char *label, int of_several);

/* ERR_USAGE with the usage line of the command. -1. */
int cmd_usage(const char *name, struct err *err);

/* The cost of a passphrase by name; NULL: moderate. 0 or -1. */
int cmd_kdf(const char *name, enum vault_kdf *kdf, struct err *err);

/* A new passphrase, to be protected at that cost: from `file`, or asked for twice (NULL). */
int cmd_new_passphrase(struct session *s, const char *file, enum vault_kdf kdf, struct secret *passphrase,
                       struct err *err);

/* The passphrase of the case's own slot, for whatever writes the file anew: from --case-passphrase-file, or asked for.
 * `keep` borrows it; release `passphrase` afterwards. */
struct access_keep;
int cmd_keep_passphrase(struct session *s, const struct args *args, struct secret *passphrase, struct access_keep *keep,
                        struct err *err);

/* What `genba` alone says: how to begin, and where all commands are listed. */
void cmd_print_first_steps(FILE *out);

/* The cases that this user has open, a line each; and that the session's is, until when. */
void cmd_print_open_cases(FILE *out);
void cmd_print_unlocked(struct session *s);

int cmd_key_slots(struct session *s, const struct args *args, struct err *err);  /* `key slots …` */
int cmd_key_revoke(struct session *s, const struct args *args, struct err *err); /* key revoke: cmd_revoke.c */

enum key_standing {
	KEY_IS_NEW,
	KEY_IS_KNOWN, /* a responder of this case has it */
	KEY_HAS_COPY, /* and is known to have a state of the case already */
};

/* The key that a handover would go to (a file, a line, a known mark): its fingerprint is appended. 0 or -1. */
int cmd_handover_key(struct session *s, const char *text, struct buf *print, enum key_standing *standing,
                     struct err *err);

/* Splits FIELD=VALUE words. The array is the caller's to free; names are copies kept in *names (free each, then it). */
struct assign;
int cmd_assigns(char **words, size_t count, struct assign **assigns, char ***names, struct err *err);
void cmd_assigns_free(struct assign *assigns, char **names, size_t count);

/* A JSON string of text from outside; made printable where it is not UTF-8. */
json_t *cmd_json_text(const char *text);

/* The number of --limit, or `otherwise` where it is not given. 0, or -1 (ERR_USAGE): it is no number. */
int cmd_limit(const struct args *args, size_t otherwise, size_t *limit, struct err *err);

/* Prints a label as soon as its action is committed: a line of its own, flushed. */
void cmd_print_label(struct session *s, const char *label);

/* The label of the asset that an option names: by label, or by a host name or address that is one asset's; then it is in `label`.
 * What names none, or several, stays as it is typed, to be refused by whoever takes it. NULL stays NULL. */
const char *cmd_asset(struct session *s, const char *text, char label[LABEL_TEXT]);

/* Prints a JSON array of flat objects, one for each element, and drops the reference. */
void cmd_print_json(struct session *s, json_t *array);

/* Each set of observations that a check names and this copy of the case does not hold, on the session's log. 0 or -1. */
int cmd_print_lost_sets(struct session *s, struct err *err);

/* Text in aligned columns: rows of `columns` printable strings each (the first row is the heading). Owned by the table. */
struct text_table {
	size_t columns;
	char **cells;
	size_t count; /* of cells */
	size_t cap;
};

void text_table_add(struct text_table *t, const char *cell);
void text_table_print(struct text_table *t, FILE *out,
                      size_t widest); /* cuts columns wider than `widest` cells; 0: never */
void text_table_release(struct text_table *t);

/* A commit from WHEN: a commit id (or a beginning of one) or a time. */
int cmd_when(struct session *s, const char *when, char commit[41], struct err *err);

/* Asks the person at the terminal for one line; an empty answer is `fallback` (NULL: it is asked again, a few times). NULL:
 * nobody is there to be asked, or nothing was answered. The caller frees it. */
char *cmd_ask_line(struct session *s, const char *question, const char *fallback);

#endif
