#include "base/uuid.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void uuid_new(char text[UUID_TEXT])
{
	unsigned char b[16];
	randombytes_buf(b, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	char hex[33];
	sodium_bin2hex(hex, sizeof hex, b, sizeof b);
	snprintf(text, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

int uuid_check(const char *text)
{
	if (strlen(text) != UUID_TEXT - 1)
		return 0;
	for (size_t i = 0; i < UUID_TEXT - 1; i++) {
		int dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return 0;
	}
	return text[14] == '4' && strchr("89ab", text[19]) != NULL;
}
