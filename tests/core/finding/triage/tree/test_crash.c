/* Libraries of others that crash in the cage, really: in place of a function of theirs stands one here (CMakeLists.txt wraps
 * it) that writes to nowhere if the volume or file bears a mark. What it happened at is named, and what lies behind it is
 * read. */
#include "core/case/help_case.h"
#include "core/finding/triage/tree/help_bitlocker.h"
#include "core/finding/triage/tree/help_ntfs.h"
#include "core/finding/triage/tree/help_shadow.h"

#include "base/bytes.h"
#include "base/worker/worker.h"
#include "core/finding/triage/help_evtx.h"
#include "finding/practice/bytes_out.h"
#include "finding/triage/look.h"
#include "finding/triage/parse/yal.h"

#include <fcntl.h>
#include <libbde.h>
#include <libesedb.h>
#include <libvshadow.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tsk/libtsk.h>
#include <unistd.h>

#define SECTOR       512U
#define NTFS_SERIAL  0x48U /* in the boot sector */
#define BDE_SERIAL   67U
#define LOG_RECORD   32U /* of made_ntfs()'s event log */
#define MARK         4U
#define MARK_OPEN    "OPN!"
#define MARK_FILE    "FIL!"
#define MARK_BDE     "BDE!"
#define MARK_SHADOWS "SHA!"
#define MARK_COPY    "COP!"
#define MARK_ESE     "ESE!"
#define ESE_PAGE     4096U
#define ESE_SUMMED   668U /* bytes of its header that the checksum is of */
#define ESE_MARK     16U

/* ---- the libraries */

/* A sanitizer would make a report of it, and end the process in its own way. */
__attribute__((no_sanitize("address", "undefined"))) static void crash(void)
{
	volatile int *nowhere = NULL;
	signal(SIGSEGV, SIG_DFL);
	*nowhere = 1;
}

static int is_marked(libbfio_handle_t *handle, off64_t at, const char *mark)
{
	uint8_t bytes[MARK];
	return libbfio_handle_seek_offset(handle, at, SEEK_SET, NULL) == at &&
	       libbfio_handle_read_buffer(handle, bytes, MARK, NULL) == (ssize_t)MARK && memcmp(bytes, mark, MARK) == 0;
}

static int is_marked_image(TSK_IMG_INFO *image, TSK_OFF_T at, const char *mark)
{
	char bytes[MARK];
	return tsk_img_read(image, at, bytes, MARK) == (ssize_t)MARK && memcmp(bytes, mark, MARK) == 0;
}

TSK_FS_INFO *__real_tsk_fs_open_img(TSK_IMG_INFO *image, TSK_OFF_T at, TSK_FS_TYPE_ENUM type);
TSK_FS_INFO *__wrap_tsk_fs_open_img(TSK_IMG_INFO *image, TSK_OFF_T at, TSK_FS_TYPE_ENUM type);
TSK_FS_INFO *__wrap_tsk_fs_open_img(TSK_IMG_INFO *image, TSK_OFF_T at, TSK_FS_TYPE_ENUM type)
{
	if (is_marked_image(image, at + NTFS_SERIAL, MARK_OPEN))
		crash();
	return __real_tsk_fs_open_img(image, at, type);
}

TSK_FS_FILE *__real_tsk_fs_file_open_meta(TSK_FS_INFO *fs, TSK_FS_FILE *f, TSK_INUM_T number);
TSK_FS_FILE *__wrap_tsk_fs_file_open_meta(TSK_FS_INFO *fs, TSK_FS_FILE *f, TSK_INUM_T number);
TSK_FS_FILE *__wrap_tsk_fs_file_open_meta(TSK_FS_INFO *fs, TSK_FS_FILE *f, TSK_INUM_T number)
{
	if (number == LOG_RECORD && !f && is_marked_image(fs->img_info, fs->offset + NTFS_SERIAL, MARK_FILE))
		crash();
	return __real_tsk_fs_file_open_meta(fs, f, number);
}

int __real_libbde_volume_open_file_io_handle(libbde_volume_t *volume, libbfio_handle_t *handle, int flags,
                                             libbde_error_t **error);
int __wrap_libbde_volume_open_file_io_handle(libbde_volume_t *volume, libbfio_handle_t *handle, int flags,
                                             libbde_error_t **error);
int __wrap_libbde_volume_open_file_io_handle(libbde_volume_t *volume, libbfio_handle_t *handle, int flags,
                                             libbde_error_t **error)
{
	if (is_marked(handle, BDE_SERIAL, MARK_BDE))
		crash();
	return __real_libbde_volume_open_file_io_handle(volume, handle, flags, error);
}

static int copy_crashes;

int __real_libvshadow_volume_open_file_io_handle(libvshadow_volume_t *volume, libbfio_handle_t *handle, int flags,
                                                 libvshadow_error_t **error);
int __wrap_libvshadow_volume_open_file_io_handle(libvshadow_volume_t *volume, libbfio_handle_t *handle, int flags,
                                                 libvshadow_error_t **error);
int __wrap_libvshadow_volume_open_file_io_handle(libvshadow_volume_t *volume, libbfio_handle_t *handle, int flags,
                                                 libvshadow_error_t **error)
{
	copy_crashes = is_marked(handle, NTFS_SERIAL, MARK_COPY);
	if (is_marked(handle, NTFS_SERIAL, MARK_SHADOWS))
		crash();
	return __real_libvshadow_volume_open_file_io_handle(volume, handle, flags, error);
}

int __real_libvshadow_volume_get_store(libvshadow_volume_t *volume, int number, libvshadow_store_t **store,
                                       libvshadow_error_t **error);
int __wrap_libvshadow_volume_get_store(libvshadow_volume_t *volume, int number, libvshadow_store_t **store,
                                       libvshadow_error_t **error);
int __wrap_libvshadow_volume_get_store(libvshadow_volume_t *volume, int number, libvshadow_store_t **store,
                                       libvshadow_error_t **error)
{
	if (copy_crashes && number == 1)
		crash();
	return __real_libvshadow_volume_get_store(volume, number, store, error);
}

int __real_libesedb_file_open_file_io_handle(libesedb_file_t *file, libbfio_handle_t *handle, int flags,
                                             libesedb_error_t **error);
int __wrap_libesedb_file_open_file_io_handle(libesedb_file_t *file, libbfio_handle_t *handle, int flags,
                                             libesedb_error_t **error);
int __wrap_libesedb_file_open_file_io_handle(libesedb_file_t *file, libbfio_handle_t *handle, int flags,
                                             libesedb_error_t **error)
{
	if (is_marked(handle, ESE_MARK, MARK_ESE))
		crash();
	return __real_libesedb_file_open_file_io_handle(file, handle, flags, error);
}

/* ---- the evidence */

static void write_file(const char *path, const struct buf *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->data, b->len), (ssize_t)b->len);
	close(fd);
}

/* Three volumes: the first and the last are as they should be, the one between bears the mark. */
static char *disk_with(const char *mark)
{
	struct buf disk = BUF_INIT;
	struct buf today = BUF_INIT;
	struct buf state[2] = {BUF_INIT, BUF_INIT};
	struct buf volume = BUF_INIT;
	char *path = xasprintf("%s/disk.dd", scratch);
	made_ntfs(MADE_NTFS_TODAY, path, &today);
	int shadows = strcmp(mark, MARK_SHADOWS) == 0 || strcmp(mark, MARK_COPY) == 0;
	if (strcmp(mark, MARK_BDE) == 0)
		made_bitlocker(&(struct made_bitlocker){.held = today.data, .size = today.len, .clear = 1}, &volume);
	else
		buf_add(&volume, today.data, today.len);
	if (shadows) {
		struct made_copy copies[2];
		for (unsigned i = 0; i < 2; i++) {
			made_ntfs((enum made_ntfs_time)i, path, &state[i]);
			memcpy(state[i].data + NTFS_SERIAL, mark, MARK);
			copies[i] = (struct made_copy){state[i].data, state[i].len, MADE_T0 + i};
		}
		buf_clear(&volume);
		made_shadow(today.data, today.len, copies, 2, &volume);
	}
	memcpy(volume.data + (strcmp(mark, MARK_BDE) == 0 ? BDE_SERIAL : NTFS_SERIAL), mark, MARK);
	out_align(&volume, SECTOR);
	out_zeros(&disk, SECTOR);
	out_le_at(&disk, 510, 0xAA55, 2);
	for (unsigned i = 0; i < 3; i++) {
		const struct buf *v = i == 1 ? &volume : &today;
		out_le_at(&disk, 446 + 16 * i + 4, 7, 1);
		out_le_at(&disk, 446 + 16 * i + 8, disk.len / SECTOR, 4);
		out_le_at(&disk, 446 + 16 * i + 12, (v->len + SECTOR - 1) / SECTOR, 4);
		buf_add(&disk, v->data, v->len);
		out_align(&disk, SECTOR);
	}
	write_file(path, &disk);
	buf_release(&disk);
	buf_release(&today);
	buf_release(&volume);
	buf_release(&state[0]);
	buf_release(&state[1]);
	return path;
}

struct crash_seen {
	unsigned events[4]; /* of each volume */
	unsigned copies[2]; /* rows of each shadow copy */
	unsigned files[4];
	unsigned problems;
	char path[128]; /* of the first */
	char reason[512];
};

static int see_row(void *ctx, const struct observation *o, const char *sha256, struct err *err)
{
	struct crash_seen *s = ctx;
	unsigned volume = strncmp(o->path, "vol", 3) == 0 ? (unsigned)(o->path[3] - '0') : 0;
	(void)sha256;
	(void)err;
	assert_true(volume < 4);
	s->copies[0] += strstr(o->path, "vss1:") != NULL;
	s->copies[1] += strstr(o->path, "vss2:") != NULL;
	s->events[volume] += o->artefact == OBSERVATION_evtx;
	s->files[volume] += o->artefact == OBSERVATION_file;
	return 0;
}

static int see_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct crash_seen *s = ctx;
	(void)offset;
	(void)err;
	if (s->problems++ == 0) {
		snprintf(s->path, sizeof s->path, "%s", path);
		snprintf(s->reason, sizeof s->reason, "%s", reason);
	}
	return 0;
}

static void look_at(const char *path, struct crash_seen *s)
{
	struct err err = ERR_INIT;
	struct triage_looked looked;
	*s = (struct crash_seen){.problems = 0};
	struct triage_look look = {.path = path, .vss = 1, .row = see_row, .problem = see_problem, .ctx = s};
	if (triage_look(&look, &looked, &err) < 0)
		fail_msg("%s", err.message);
	triage_looked_release(&looked);
}

/* The marked volume has fewer rows; it is named, and its neighbours are whole. */
static void expect(const char *mark, const char *path, const char *reason, struct crash_seen *s)
{
	char *disk = disk_with(mark);
	look_at(disk, s);
	assert_int_equal(s->events[1], 1);
	assert_int_equal(s->events[3], 1);
	assert_int_equal(s->files[1], s->files[3]);
	assert_true(s->files[1] > 0);
	if (s->problems != 1)
		fail_msg("%u problems, the first: %s: %s", s->problems, s->path, s->reason);
	assert_string_equal(s->path, path);
	if (!strstr(s->reason, reason) || !strstr(s->reason, "the parser crashed (Segmentation fault)"))
		fail_msg("%s", s->reason);
	unlink(disk);
	free(disk);
}

static void a_file_system_that_is_opened(void **state)
{
	struct crash_seen s;
	(void)state;
	expect(MARK_OPEN, "vol2:", "not covered: the file system could not be opened here; the rest was read.", &s);
	assert_int_equal(s.files[2], 0);
}

static void a_file_that_is_opened(void **state)
{
	struct crash_seen s;
	(void)state;
	expect(MARK_FILE, "vol2:/" MADE_NTFS_LOG, "could not be parsed: ", &s);
	assert_int_equal(s.files[2], s.files[1]);
	assert_int_equal(s.events[2], 0);
}

static void a_bitlocker_volume(void **state)
{
	struct crash_seen s;
	(void)state;
	expect(MARK_BDE, "vol2:", "not covered: the BitLocker volume could not be opened here", &s);
	assert_int_equal(s.files[2], 0);
}

static void shadow_copies(void **state)
{
	struct crash_seen s;
	(void)state;
	expect(MARK_SHADOWS, "vol2:", "not covered: the shadow copies could not be opened here", &s);
	assert_int_equal(s.events[2], 1);
	assert_int_equal(s.copies[0] + s.copies[1], 0);
	/* one of two: the other is read */
	expect(MARK_COPY, "vol2:vss2:", "not covered: the shadow copies could not be opened here", &s);
	assert_int_equal(s.copies[1], 0);
	assert_true(s.copies[0] > 20);
}

static void a_database_in_a_folder(void **state)
{
	struct crash_seen s;
	struct made_log l;
	struct buf database = BUF_INIT;
	static const struct made_event event = {
	    .provider = "Microsoft-Windows-Eventlog", .id = 1102, .channel = "Security", .computer = "HR-PC-03"};
	(void)state;
	char *folder = xasprintf("%s/host", scratch);
	char *path = xasprintf("%s/SRUDB.dat", folder);
	char *log = xasprintf("%s/Security.evtx", folder);
	char *behind = xasprintf("%s/System.evtx", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	out_zeros(&database, (size_t)2 * ESE_PAGE);
	out_le_at(&database, 4, 0x89ABCDEF, 4);
	memcpy(database.data + ESE_MARK, MARK_ESE, MARK);
	out_le_at(&database, 236, ESE_PAGE, 4);
	uint32_t sum = 0x89ABCDEF;
	for (size_t at = 4; at < ESE_SUMMED; at += 4)
		sum ^= bytes_le32(database.data + at);
	out_le_at(&database, 0, sum, 4);
	write_file(path, &database);
	made_log_begin(&l, 1);
	made_log_add(&l, &event);
	made_log_end(&l);
	write_file(log, &l.file);
	write_file(behind, &l.file);
	look_at(folder, &s);
	assert_int_equal(s.events[0], 2);
	assert_int_equal(s.problems, 1);
	assert_string_equal(s.path, "SRUDB.dat");
	if (!strstr(s.reason, "could not be parsed: the parser crashed (Segmentation fault)"))
		fail_msg("%s", s.reason);
	made_log_release(&l);
	buf_release(&database);
	free(folder);
	free(path);
	free(log);
	free(behind);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job tree_job;
extern const struct worker_job triage_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&tree_job, &triage_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(a_file_system_that_is_opened), TEST(a_file_that_is_opened),
	    TEST(a_bitlocker_volume),           TEST(shadow_copies),
	    TEST(a_database_in_a_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
