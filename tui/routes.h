/* The tables at the top: all commands, all views. */
#ifndef GENBA_TUI_ROUTES_H
#define GENBA_TUI_ROUTES_H

/* Hands them to those who are below (command.h, route.h). Once, before anything else of tui/ is used. */
void routes_begin(void);

#endif
