/* Ids of records and cases: random (version 4) UUIDs, RFC 4122, in lower case. */
#ifndef GENBA_BASE_UUID_H
#define GENBA_BASE_UUID_H

#define UUID_TEXT 37

void uuid_new(char text[UUID_TEXT]);

/* 1 if the text is one. */
int uuid_check(const char *text);

#endif
