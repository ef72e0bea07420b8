/* Removable media: what the kernel says of them, and which machine they touched, on record. */
#include "help_evidence.h"

#include "base/buf.h"
#include "evidence/acquire/removable_media.h"
#include "evidence/preserve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define STICK "sys/devices/pci0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb"

/* A file below the scratch folder, with the folders above it. */
static void put(const char *name, const char *text)
{
	const char *path = scratch_path(name);
	char *folder = strdup(path);
	for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(folder, 0700);
		*slash = '/';
	}
	free(folder);
	write_text(path, text);
}

static void link_device(dev_t device, const char *folder)
{
	char name[64];
	char to[256];
	put("sys/dev/block/x", "");
	snprintf(name, sizeof name, "sys/dev/block/%u:%u", major(device), minor(device));
	snprintf(to, sizeof to, "../../../%s", folder);
	assert_int_equal(symlink(to, scratch_path(name)), 0);
}

/* As a hub, a stick on it, and a partition of the stick look. */
static void make_stick(dev_t device)
{
	put("sys/devices/pci0/usb2/idVendor", "1d6b\n");
	put("sys/devices/pci0/usb2/product", "xHCI Host Controller\n");
	put("sys/devices/pci0/usb2/serial", "0000:00:14.0\n");
	put("sys/devices/pci0/usb2/2-1/idVendor", "0781\n");
	put("sys/devices/pci0/usb2/2-1/manufacturer", "Vendor A\n");
	put("sys/devices/pci0/usb2/2-1/product", " Stick\x1b[2J \n");
	put("sys/devices/pci0/usb2/2-1/serial", "4C530001\n");
	put(STICK "/removable", "1\n");
	put(STICK "/size", "62652416\n");
	put(STICK "/sdb1/partition", "1\n");
	put(STICK "/sdb1/size", "2048\n");
	link_device(device, STICK "/sdb1");
}

static void a_stick_is_known(void **state)
{
	(void)state;
	struct removable_media m;
	make_stick(makedev(8, 17));
	assert_int_equal(removable_media_of(scratch_path("sys"), makedev(8, 17), &m), 1);
	assert_null(strchr(m.name, '\x1b'));
	assert_int_equal(strncmp(m.name, "Vendor A Stick", 14), 0);
	assert_string_equal(m.serial, "4C530001");
	assert_string_equal(m.type, "usb_memory");
	assert_true(m.size == 62652416ULL * 512);
	assert_int_equal(removable_media_of(scratch_path("sys"), makedev(8, 99), &m), 0);

	/* no serial number: not that of the hub */
	assert_int_equal(unlink(scratch_path("sys/devices/pci0/usb2/2-1/serial")), 0);
	assert_int_equal(removable_media_of(scratch_path("sys"), makedev(8, 17), &m), 1);
	assert_string_equal(m.serial, "");

	/* an encrypted stick: a device over the partition */
	put("sys/devices/virtual/block/dm-0/size", "2048\n");
	put("sys/devices/virtual/block/dm-0/slaves/x", "");
	assert_int_equal(unlink(scratch_path("sys/devices/virtual/block/dm-0/slaves/x")), 0);
	assert_int_equal(
	    symlink("../../../../../../" STICK "/sdb1", scratch_path("sys/devices/virtual/block/dm-0/slaves/sdb1")), 0);
	link_device(makedev(253, 0), "sys/devices/virtual/block/dm-0");
	assert_int_equal(removable_media_of(scratch_path("sys"), makedev(253, 0), &m), 1);
	assert_int_equal(strncmp(m.name, "Vendor A Stick", 14), 0);
}

static void a_disk_inside_is_none(void **state)
{
	(void)state;
	struct removable_media m;
	put("sys/devices/pci0/ata1/host0/block/sda/removable", "0\n");
	put("sys/devices/pci0/ata1/host0/block/sda/queue/rotational", "0\n");
	link_device(makedev(8, 0), "sys/devices/pci0/ata1/host0/block/sda");
	assert_int_equal(removable_media_of(scratch_path("sys"), makedev(8, 0), &m), 0);
}

static void it_is_on_record(void **state)
{
	(void)state;
	struct stat st;
	struct err err = ERR_INIT;
	struct preserved p;
	char machine[256] = "";
	char host[300];
	struct case_file *c = case_begin();
	gethostname(machine, sizeof machine - 1);
	machine[strcspn(machine, ".")] = '\0';
	make_file(scratch_path("disk.dd"), 2000, 1);
	assert_int_equal(stat(scratch_path("disk.dd"), &st), 0);
	make_stick(st.st_dev);
	struct preserve_options o = {
	    .form = EVIDENCE_RAW, .to_dir = scratch_path("copies"), .sys = scratch_path("sys")};

	/* this machine is no asset: the medium is on record, its use is left to the person */
	assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
	assert_string_equal(field_of(c, "R1-E1", "medium"), "R1-B1");
	assert_string_equal(field_of(c, "R1-B1", "serial"), "4C530001");
	assert_string_equal(field_of(c, "R1-E1", "unread"), "");
	assert_non_null(strstr(p.advice.data, "add use medium=R1-B1"));
	assert_int_equal(record_count(c, "use", 0), 0);
	preserved_release(&p);

	/* it is one: read from and written to, one record for the day */
	snprintf(host, sizeof host, "%s", machine);
	struct assign asset = {"hostname", host};
	char label[LABEL_TEXT];
	assert_ok(record_add(c, "asset", &asset, 1, 0, label, &err), err);
	for (int i = 0; i < 2; i++) {
		assert_ok(evidence_preserve(c, scratch_path("disk.dd"), &o, &p, &err), err);
		assert_int_equal(p.advice.len, 0);
		preserved_release(&p);
	}
	assert_int_equal(record_count(c, "media", 0), 1);
	assert_int_equal(record_count(c, "use", 0), 1);
	assert_string_equal(field_of(c, "R1-Y1", "medium"), "R1-B1");
	assert_string_equal(field_of(c, "R1-Y1", "asset"), label);
	assert_string_equal(field_of(c, "R1-Y1", "mode"), "written");
	case_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_stick_is_known, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(a_disk_inside_is_none, scratch_begin, scratch_end),
	    cmocka_unit_test_setup_teardown(it_is_on_record, scratch_begin, scratch_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
