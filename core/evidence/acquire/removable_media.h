/*
 * The medium behind a file or device: what the kernel says of it.
 *
 * A stick or a disk in a USB case goes from machine to machine: which one
 * touched which belongs on record. A medium counts as removable if its disk says
 * so, or hangs on USB, FireWire or a card reader. Names and serial numbers come
 * from the device, which may lie: they are text from outside.
 *
 * Source: sysfs, Documentation/ABI/stable/sysfs-block and sysfs-bus-usb.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_REMOVABLE_MEDIA_H
#define GENBA_EVIDENCE_ACQUIRE_REMOVABLE_MEDIA_H

#include <stdint.h>
#include <sys/types.h>

struct removable_media {
	char name[128];   /* maker and model, printable; "" unknown */
	char serial[128]; /* printable; "" unknown */
	uint64_t size;    /* bytes; 0: unknown */
	const char *type; /* value of the field `type` of the kind media */
};

/* 1 if the device (of a file system: st_dev, of a device: st_rdev) lies on a removable medium, and what it is; else 0.
 * `sys` is "/sys", or a test's own. */
int removable_media_of(const char *sys, dev_t device, struct removable_media *m);

#endif
