/*
 * What lies beside the program: the folder on a stick that it was started from
 * brings the descriptions of terminals along, since a bare machine has few and
 * an old one has old ones.
 */
#ifndef GENBA_TUI_TERM_INSTALL_PATH_H
#define GENBA_TUI_TERM_INSTALL_PATH_H

/* Lets curses look in `share/terminfo` beside the program first, if there is such a folder (TERMINFO_DIRS, terminfo(5)); in
 * the machine's own places after it. */
void install_path_terminals(void);

/* The path of a program that is installed beside this one; the caller frees. */
char *install_path_program(const char *name);

#endif
