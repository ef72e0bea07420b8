/*
 * Memory that is given back is wiped.
 *
 * Texts of a case pass through many hands: SQLite, jansson, libgit2, curses, our own buffers. Each frees what it no longer
 * needs, and the C library leaves the bytes where they were until something else lies there. This program has a free() and a
 * realloc() of its own, so that at a lock and at the end nothing is left but what is still held. Blocks that were mapped by
 * themselves go back to the kernel at once, which gives nobody their bytes.
 *
 * With a sanitizer the sanitizer's own are needed; with another C library this is left out.
 */
#include <malloc.h>
#include <stddef.h>
#include <string.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

void *__libc_malloc(size_t n);
void __libc_free(void *p);
void *__libc_realloc(void *p, size_t n);

/* What glibc writes before a block: the lowest bits of its size; the second says that it was mapped by itself. */
#define MAPPED_BIT 2

static int was_mapped(const void *p)
{
	return (((const size_t *)p)[-1] & MAPPED_BIT) != 0;
}

void free(void *p)
{
	if (p && !was_mapped(p))
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
}

void *realloc(void *p, size_t n)
{
	if (!p || (n > 0 && was_mapped(p)))
		return __libc_realloc(p, n);
	if (n == 0) {
		free(p);
		return NULL;
	}
	size_t had = malloc_usable_size(p);
	if (n <= had && n >= had / 2)
		return p;
	void *q = __libc_malloc(n);
	if (!q)
		return NULL;
	memcpy(q, p, had < n ? had : n);
	free(p);
	return q;
}

#endif
