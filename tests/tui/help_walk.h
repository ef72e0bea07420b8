/*
 * A walk: somebody works in the workbench with keys, in English or Japanese; every key waits for what the one before led to.
 *
 *     struct walk w;
 *     walk_begin(&w, japanese);
 *     walk_open(&w, program_file(&w.program, "site.genba"));
 *     walk_press(&w, "3", "Asset · 2", "資産 · 2");                 one key, and what is seen then
 *     walk_text(&w, "PC-03");                                        typed into a question: seen as it is typed
 *     walk_command(&w, "verify --evidence", "nothing wrong", "…");   a line behind `:`
 *     walk_leave(&w);
 *     walk_end(&w, "the call to the first evidence");                prints keys, characters and time
 *
 * What stands on the screen already says nothing of the key: each key awaits something that it brings.
 */
#ifndef GENBA_TESTS_TUI_HELP_WALK_H
#define GENBA_TESTS_TUI_HELP_WALK_H

#include "help_program.h"
#include "help_screen.h"

struct walk {
	struct program program;
	struct terminal *t;
	int ja;
	int rows, columns;
	unsigned keys;  /* pressed so far */
	unsigned typed; /* characters of text: names, values, reasons, commands */
	double began;
	char home[256];  /* of the one who walks */
	char owner[256]; /* while somebody else's home is used */
};

#define WALK_SAYS(w, en, ja_) ((w)->ja ? (ja_) : (en))

/* The main() of a walk that is done in English ("en") and in Japanese ("ja"). */
int walk_in_both(void (*walk)(const char *language));

/* A scratch folder and its environment; 24×80. */
void walk_begin(struct walk *w, int ja);

/* Prints what it took: "NAME, en: 120 keys, 310 characters, 4.2 s". Frees. */
void walk_end(struct walk *w, const char *name);

/* What was counted, and counting anew: for walks of which a part is limited. */
void walk_told(struct walk *w, const char *what, unsigned keys_most);

/* The workbench on a case: its board is shown. */
void walk_open(struct walk *w, const char *path);
void walk_leave(struct walk *w);

/* One key; then the text is seen somewhere, or in that row. */
void walk_press(struct walk *w, const char *key, const char *en, const char *ja);
void walk_press_row(struct walk *w, const char *key, int row, const char *en, const char *ja);

/* One key; then the text is gone. */
void walk_press_gone(struct walk *w, const char *key, const char *en, const char *ja);

/* The key down, until the place below at the right says that row ("3/"). */
void walk_down_to(struct walk *w, unsigned from, unsigned to);

/* Text into a question, seen as it is typed (its last part, where it is longer than the screen is wide). */
void walk_text(struct walk *w, const char *text);

/* `:`, the line, Enter; then the text is seen. */
void walk_command(struct walk *w, const char *line, const char *en, const char *ja);

/* A file in the scratch folder gets what `genba key export` prints. */
void walk_export_key(struct walk *w, const char *file);

/* Somebody else, with a home of their own (made where it is missing): from now on it is theirs, until walk_as_owner(). */
void walk_as_colleague(struct walk *w);
void walk_as_owner(struct walk *w);

/* ---- what ends each walk, by keys */

/* From Exchange: the case for the key in the scratch folder, without the evidence; then the workbench is left. */
void walk_hand_over(struct walk *w, const char *key, const char *copy);

/* The colleague opens the copy, reads, and signs the receipt; she is at the Board then. */
void walk_take_over(struct walk *w, const char *copy);

/* What is new goes back to R1 as a file in the scratch folder; the workbench is left, and the owner's is meant from now on. */
void walk_hand_back(struct walk *w, const char *delta);

/* What the file would bring is shown. */
void walk_look_at_delta(struct walk *w, const char *delta);

/* The receipt that the copy's acceptance wrote is taken in. */
void walk_take_receipt(struct walk *w, const char *copy);

/* incident.txt and activity.txt, from Exchange and from the desk; and history.git. */
void walk_write_reports(struct walk *w);

/* The file in the scratch folder holds the text. */
void walk_file_holds(struct walk *w, const char *file, const char *text);

/* The same, wherever its lines are broken: blanks and line ends do not count. */
void walk_file_says(struct walk *w, const char *file, const char *text);

/* The case's history in the folder history.git: sound to stock git, and every commit signed by who says so. */
void walk_history_is_good(struct walk *w, const char *folder);

#endif
