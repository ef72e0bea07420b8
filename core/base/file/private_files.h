/*
 * What genba makes from a case is for its owner alone: files 0600, folders 0700, whatever the umask says.
 *
 * Most of them are made that way by their own call. Libraries (libgit2, libewf, SQLite) make theirs as the umask lets
 * them, so the program closes it once, at the beginning. A program that genba starts for a person (`capture`) makes files
 * as it would have without genba:
 *
 *     private_files_begin();
 *     …
 *     private_files_pause();
 *     posix_spawn(…);
 *     private_files_begin();
 */
#ifndef GENBA_BASE_FILE_PRIVATE_FILES_H
#define GENBA_BASE_FILE_PRIVATE_FILES_H

void private_files_begin(void);
void private_files_pause(
    void); /* the umask of whoever started genba, until the next begin; no other thread may make files */

#endif
