/*
 * What an E01 image that was cut off holds behind its last table: of a small image, all there is.
 *
 * Chunks lie one behind the other in a section "sectors", and where each begins is told by a table behind that section (libewf's
 * documentation of the Expert Witness Compression Format, "Sectors section", "Table section"). Where the table is lost with the
 * end, libewf reads none of them. But each chunk knows its own end: a packed one is a stream of zlib, which its checksum ends;
 * one that is stored as it is has its checksum behind it. So they are found again, up to the cut. If the cut goes through the
 * table itself, libewf does not even open the image: then all of it is read by this, by the tables that are whole.
 *
 * In the cage, beside libewf (ewf_caged.c).
 */
#ifndef GENBA_EVIDENCE_IMAGE_SALVAGE_EWF_SALVAGE_H
#define GENBA_EVIDENCE_IMAGE_SALVAGE_EWF_SALVAGE_H

#include <stddef.h>
#include <stdint.h>

struct ewf_salvage;

/* Looks through the last of `count` segments; `size` and `chunk` are bytes of the media and of a chunk. NULL: nothing is lost there
 * that could be found again. */
struct ewf_salvage *ewf_salvage_open(const int *fds, size_t count, uint64_t size, uint32_t chunk);

/* What an image says of its media. */
struct ewf_salvage_media {
	uint64_t size;
	uint32_t sector;
	uint32_t chunk;
};

/* The same for an image that libewf would not open, since the end of its last segment goes through a section behind the
 * chunks. NULL: it is another. */
struct ewf_salvage *ewf_salvage_open_alone(const int *fds, size_t count, struct ewf_salvage_media *media);
void ewf_salvage_close(struct ewf_salvage *s); /* NULL is allowed */

/* From here on the media are read by this, and no more by libewf. */
uint64_t ewf_salvage_first(const struct ewf_salvage *s);
/* n bytes at `offset`, from there on. 0; -1: they are not all there. */
int ewf_salvage_read(struct ewf_salvage *s, uint64_t offset, unsigned char *bytes, size_t n);

#endif
