/*
 * Evidence that was altered: a folder of ten thousand entries of all types, single files, sealed containers and images,
 * each altered in forty ways. What was altered is named, each once, and nothing else is.
 */
#include "help_evidence.h"

#include "base/buf.h"
#include "base/worker/worker.h"
#include "evidence/image/ewf.h"
#include "evidence/preserve.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#define FOLDERS 100
#define FILES   95 /* in each, beside a folder, two links, a pipe and a socket */

static char root[512];

static void path_in(char path[1024], const char *name)
{
	snprintf(path, 1024, "%s/%s", root, name);
}

static void make_socket(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[1024];
	path_in(path, name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int here = open(".", O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0 && here >= 0);
	/* a path of its own would not fit */
	char *folder = xasprintf("%.*s", (int)(strrchr(path, '/') - path), path);
	assert_int_equal(chdir(folder), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%.100s", strrchr(path, '/') + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	close(fd);
	free(folder);
}

/* Folder i: "007" with the files "00" to "94", "sub", the links "link" and "dangling", "pipe", "socket". */
static void make_tree(const char *name)
{
	char path[1100];
	char in[64];
	snprintf(root, sizeof root, "%s", scratch_path(name));
	assert_int_equal(mkdir(root, 0755), 0);
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(in, sizeof in, "%03d", i);
		path_in(path, in);
		assert_int_equal(mkdir(path, 0755), 0);
		for (int k = 0; k < FILES; k++) {
			snprintf(in, sizeof in, "%03d/%02d", i, k);
			path_in(path, in);
			int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
			assert_true(fd >= 0 && dprintf(fd, "folder %d, file %d\n", i, k) > 0);
			close(fd);
		}
		snprintf(in, sizeof in, "%03d/sub", i);
		path_in(path, in);
		assert_int_equal(mkdir(path, 0755), 0);
		snprintf(in, sizeof in, "%03d/link", i);
		path_in(path, in);
		assert_int_equal(symlink("00", path), 0);
		snprintf(in, sizeof in, "%03d/dangling", i);
		path_in(path, in);
		assert_int_equal(symlink("/nowhere", path), 0);
		snprintf(in, sizeof in, "%03d/pipe", i);
		path_in(path, in);
		assert_int_equal(mkfifo(path, 0644), 0);
		snprintf(in, sizeof in, "%03d/socket", i);
		make_socket(in);
	}
}

static void write_at(const char *name, const char *text, off_t at)
{
	char path[1024];
	path_in(path, name);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	close(fd);
}

static void add_file(const char *name, const char *text)
{
	char path[1024];
	path_in(path, name);
	write_text(path, text);
}

static void remove_entry(const char *name)
{
	char path[1024];
	path_in(path, name);
	assert_int_equal(remove(path), 0);
}

static void remove_all(const char *name)
{
	char path[1024];
	path_in(path, name);
	char *command = xasprintf("rm -r '%s'", path);
	assert_int_equal(system(command), 0);
	free(command);
}

static void move(const char *from, const char *to)
{
	char a[1024];
	char b[1024];
	path_in(a, from);
	path_in(b, to);
	assert_int_equal(rename(a, b), 0);
}

static void make_link(const char *name, const char *target)
{
	char path[1024];
	path_in(path, name);
	assert_int_equal(symlink(target, path), 0);
}

static void make_folder(const char *name)
{
	char path[1024];
	path_in(path, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_pipe(const char *name)
{
	char path[1024];
	path_in(path, name);
	assert_int_equal(mkfifo(path, 0644), 0);
}

static void set_mode(const char *name, mode_t mode)
{
	char path[1024];
	path_in(path, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void set_time(const char *name, time_t seconds, long nanoseconds)
{
	char path[1024];
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
	path_in(path, name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* 0 where it cannot be done here (no root, no attributes on this file system): another alteration is made instead. */
static int set_owner(const char *name)
{
	char path[1024];
	path_in(path, name);
	return lchown(path, 1, 1) == 0;
}

static int set_attribute(const char *name)
{
	char path[1024];
	path_in(path, name);
	return setxattr(path, "user.planted", "x", 1, 0) == 0;
}

/* What is altered, and the paths that must be named: each alteration in a folder of its own, so that nothing hides another. */
static const char *const wanted_content[] = {
    "000/00",   /* a byte */
    "001/01",   /* a byte behind the end */
    "002/02",   /* cut */
    "003/03",   /* emptied */
    "004/04",   /* gone */
    "005/new",  /* added */
    "006/.x",   /* added, hidden */
    "007/05",   /* a link in its place, with the very bytes behind it */
    "008/06",   /* a folder in its place */
    "009/07",   /* a pipe in its place */
    "010/08",   /* replaced by another file's bytes */
    "011/was",  /* renamed: the new name … */
    "011/09",   /* … and the old one */
    "012/sub",  /* folder gone */
    "013",      /* folder gone, with all that was in it */
    "014/in",   /* folder added, with a file */
    "015/sub",  /* a file in a folder's place */
    "016/sub",  /* a link in a folder's place */
    "017/link", /* leads elsewhere */
    "018/link", /* gone */
    "019/link", /* a file in its place */
    "020/to",   /* link added */
    "021/dangling",
    "022/sub/a", /* added in what was empty */
    "z",         /* added at the root */
    "0",         /* added at the root, before all */
};

static const char *const wanted_place[] = {
    "030/pipe",   /* gone */
    "031/socket", /* gone */
    "032/pipe",   /* a socket in its place */
    "033/pipe2",  /* added */
    "034/00",     /* mode */
    "035/01",     /* time */
    "036/02",     /* nanoseconds of its time */
    "037/03",     /* owner */
    "038/04",     /* attribute */
    "039",        /* mode of a folder */
    "040/sub",    /* time of a folder */
    "041/link",   /* time of a link */
    "042/pipe",   /* mode of a pipe */
    "043/05",     /* content, mode and time at once: one finding */
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void alter_content(void)
{
	write_at("000/00", "F", 0);
	write_at("001/01", "\n", 19);
	char path[1024];
	path_in(path, "002/02");
	assert_int_equal(truncate(path, 5), 0);
	path_in(path, "003/03");
	assert_int_equal(truncate(path, 0), 0);
	remove_entry("004/04");
	add_file("005/new", "planted");
	add_file("006/.x", "");
	move("007/05", "../kept-05");
	make_link("007/05", "../../kept-05");
	remove_entry("008/06");
	make_folder("008/06");
	remove_entry("009/07");
	make_pipe("009/07");
	add_file("010/08", "folder 10, file 9\n");
	move("011/09", "011/was");
	remove_entry("012/sub");
	remove_all("013");
	make_folder("014/in");
	add_file("014/in/file", "x");
	remove_entry("015/sub");
	add_file("015/sub", "");
	remove_entry("016/sub");
	make_link("016/sub", ".");
	remove_entry("017/link");
	make_link("017/link", "01");
	remove_entry("018/link");
	remove_entry("019/link");
	add_file("019/link", "folder 19, file 0\n");
	make_link("020/to", "/etc/shadow");
	remove_entry("021/dangling");
	make_link("021/dangling", "/nowher");
	add_file("022/sub/a", "a");
	add_file("z", "z");
	add_file("0", "0");
}

static void alter_place(void)
{
	remove_entry("030/pipe");
	remove_entry("031/socket");
	remove_entry("032/pipe");
	make_socket("032/pipe");
	make_pipe("033/pipe2");
	set_mode("034/00", 0600);
	set_time("035/01", 1000000000, 0);
	char path[1024];
	struct stat st;
	path_in(path, "036/02");
	assert_int_equal(stat(path, &st), 0);
	set_time("036/02", st.st_mtim.tv_sec, st.st_mtim.tv_nsec ? st.st_mtim.tv_nsec - 1 : 1);
	if (!set_owner("037/03"))
		set_mode("037/03", 0604);
	if (!set_attribute("038/04"))
		set_mode("038/04", 0604);
	set_mode("039", 0700);
	set_time("040/sub", 1000000000, 0);
	set_time("041/link", 1000000000, 0);
	set_mode("042/pipe", 0600);
	write_at("043/05", "F", 0);
	set_mode("043/05", 0600);
}

/* ---- what is found */

struct found {
	struct buf lines; /* "\nPATH: WHAT" for each */
	size_t count;
};

static void add_finding(void *ctx, const char *part, const char *text)
{
	struct found *f = ctx;
	(void)part;
	buf_addf(&f->lines, "\n%s", text);
	f->count++;
}

static void verify(struct case_file *c, const char *label, struct found *f)
{
	struct err err = ERR_INIT;
	struct evidence_report report;
	struct evidence_verifying what = {.labels = &label, .count = 1, .finding = add_finding, .ctx = f};
	buf_clear(&f->lines);
	f->count = 0;
	assert_ok(evidence_verify_some(c, &what, &report, &err), err);
}

static void names_all(const struct found *f, const char *const *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *line = xasprintf("\n%s: ", wanted[i]);
		const char *at = strstr(f->lines.data, line);
		if (!at)
			fail_msg("'%s' is not named in:%s", wanted[i], f->lines.data);
		if (strstr(at + 1, line))
			fail_msg("'%s' is named twice in:%s", wanted[i], f->lines.data);
		free(line);
	}
}

static uint64_t split; /* bytes of a part of a copy; 0: it is one */

static void preserve(struct case_file *c, const char *path, enum evidence_form form, const char *to,
                     char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct preserved p;
	struct preserve_options o = {.form = form, .to_dir = to, .split = split};
	assert_ok(evidence_preserve(c, path, &o, &p, &err), err);
	if (!p.complete)
		fail_msg("%s: %s", path, p.note.data);
	memcpy(label, p.label, LABEL_TEXT);
	preserved_release(&p);
}

static void a_folder_in_forty_ways(void **state)
{
	(void)state;
	struct case_file *c = case_begin();
	struct found f = {BUF_INIT, 0};
	char place[LABEL_TEXT];
	char copy[LABEL_TEXT];
	make_tree("large");
	preserve(c, root, EVIDENCE_HASH, NULL, place);
	preserve(c, root, EVIDENCE_RAW, scratch_path("large-copy"), copy);
	verify(c, place, &f);
	assert_int_equal(f.count, 0);
	verify(c, copy, &f);
	assert_int_equal(f.count, 0);
	assert_int_equal(COUNT(wanted_content) + COUNT(wanted_place), 40);
	/* in place: content, names, types and metadata */
	alter_content();
	alter_place();
	verify(c, place, &f);
	names_all(&f, wanted_content, COUNT(wanted_content));
	names_all(&f, wanted_place, COUNT(wanted_place));
	if (f.count != 40)
		fail_msg("%zu are named:%s", f.count, f.lines.data);
	/* the copy is still what was preserved; it has no devices, and its metadata are its own */
	verify(c, copy, &f);
	if (f.count)
		fail_msg("of the copy are named:%s", f.lines.data);
	snprintf(root, sizeof root, "%s/large", scratch_path("large-copy"));
	alter_content();
	verify(c, copy, &f);
	names_all(&f, wanted_content, COUNT(wanted_content));
	if (f.count != COUNT(wanted_content))
		fail_msg("of the copy are named:%s", f.lines.data);
	buf_release(&f.lines);
	case_end(c);
	unlink(scratch_path("site.genba"));
}

/* ---- single files, sealed containers and images: forty of each, one altered after another */

#define SIZE (3U * 1024 * 1024 + 777)

/* Alteration i of a file; 0 beyond what there is for a file of this size. */
static void alter_file(const char *path, int i)
{
	struct stat st;
	unsigned char byte;
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	if (i < 30) { /* a bit, all over it, first and last byte among them */
		off_t at = (st.st_size - 1) * i / 29;
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= (unsigned char)(1U << (i % 8));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	} else if (i < 33) { /* cut: by a byte, by half, wholly */
		assert_int_equal(ftruncate(fd, i == 30 ? st.st_size - 1 : i == 31 ? st.st_size / 2 : 0), 0);
	} else if (i < 35) { /* longer: by a byte, by a hole */
		assert_int_equal(i == 33 ? (int)pwrite(fd, "x", 1, st.st_size) - 1 : ftruncate(fd, st.st_size + 5000),
		                 0);
	} else {
		assert_int_equal(unlink(path), 0);
		if (i == 36)
			assert_int_equal(mkfifo(path, 0600), 0);
		else if (i == 37)
			assert_int_equal(symlink("/dev/zero", path), 0);
		else if (i == 38)
			assert_int_equal(mkdir(path, 0700), 0);
		else if (i == 39)
			make_file(path, SIZE, 999);
	}
	close(fd);
}

static void flip(const char *path, off_t at)
{
	unsigned char byte;
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= (unsigned char)(1U << (at % 8));
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* An E01 image: from its head to the last of its chunks, each of which has a checksum. What stands behind them tells
 * nothing of the evidence. */
static void alter_image(const char *path, int i)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	if (i < 33)
		flip(path, st.st_size / 100 * 97 * i / 32);
	else if (i < 35)
		assert_int_equal(truncate(path, i == 33 ? st.st_size / 2 : 0), 0);
	else
		alter_file(path, i);
}

/* A set of four parts, path.001 to path.004. */
static void alter_set(const char *path, int i)
{
	char part[4][1100];
	struct stat st;
	for (int k = 0; k < 4; k++)
		snprintf(part[k], sizeof part[k], "%s.%03d", path, k + 1);
	const char *one = part[i % 4];
	assert_int_equal(stat(one, &st), 0);
	if (i < 24) { /* a bit of each part, from its first byte to its last */
		flip(one, (st.st_size - 1) * (i / 4) / 5);
	} else if (i < 28) { /* cut by a byte, by half */
		assert_int_equal(truncate(one, i < 26 ? st.st_size - 1 : st.st_size / 2), 0);
	} else if (i < 32) { /* one is missing: the first, …, the last */
		assert_int_equal(unlink(one), 0);
	} else if (i < 34) { /* two stand in each other's place; one is there twice */
		assert_int_equal(renameat2(AT_FDCWD, part[0], AT_FDCWD, part[i - 31], RENAME_EXCHANGE), 0);
	} else if (i < 37) { /* it is something else */
		assert_int_equal(unlink(one), 0);
		assert_int_equal(i == 34 ? mkfifo(one, 0600) : i == 35 ? symlink(part[0], one) : mkdir(one, 0700), 0);
	} else if (i == 37) { /* longer in the middle: all behind it moves */
		assert_int_equal(truncate(part[1], st.st_size + 1), 0);
	} else { /* another one of that size; emptied */
		assert_int_equal(unlink(one), 0);
		make_file(one, i == 38 ? (size_t)st.st_size : 0, 999);
	}
}

static void (*alter)(const char *path, int i) = alter_file;

static void forty_of(enum evidence_form form, const char *name, const char *ending)
{
	struct case_file *c = case_begin();
	struct err err = ERR_INIT;
	struct evidence_report report;
	char labels[44][LABEL_TEXT];
	const char *folder = scratch_path(name);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (int i = 0; i < 44; i++) {
		char path[1024];
		snprintf(path, sizeof path, "%s/%s%d", scratch_path(""), name, i);
		make_file(path, SIZE, (uint64_t)i);
		preserve(c, path, form, folder, labels[i]);
		if (form != EVIDENCE_HASH) {
			unlink(path);
			snprintf(path, sizeof path, "%s/%s%d%s", folder, name, i, ending);
		}
		if (i < 40)
			alter(path, i);
	}
	struct found f = {BUF_INIT, 0};
	for (int i = 0; i < 44; i++) {
		verify(c, labels[i], &f);
		if ((f.count != 0) != (i < 40))
			fail_msg("%s, alteration %d: %zu findings%s", name, i, f.count, f.lines.data);
		if (form == EVIDENCE_HASH && i < 40)
			assert_int_equal(f.count, 1);
	}
	assert_ok(evidence_verify(c, 0, NULL, add_finding, &f, &report, &err), err);
	assert_true(f.count >= 40);
	buf_release(&f.lines);
	case_end(c);
	unlink(scratch_path("site.genba"));
}

static void single_files_in_forty_ways(void **state)
{
	(void)state;
	forty_of(EVIDENCE_HASH, "single", "");
}

static void copies_in_forty_ways(void **state)
{
	(void)state;
	forty_of(EVIDENCE_RAW, "raw", "");
}

static void sealed_containers_in_forty_ways(void **state)
{
	(void)state;
	forty_of(EVIDENCE_SEALED, "sealed", ".gev");
}

static void images_in_forty_ways(void **state)
{
	(void)state;
	alter = alter_image;
	forty_of(EVIDENCE_EWF, "image", ".E01");
	alter = alter_file;
}

static void sets_of_parts_in_forty_ways(void **state)
{
	(void)state;
	alter = alter_set;
	split = 1U << 20;
	forty_of(EVIDENCE_RAW, "set", "");
	split = 0;
	alter = alter_file;
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_folder_in_forty_ways), cmocka_unit_test(single_files_in_forty_ways),
	    cmocka_unit_test(copies_in_forty_ways),   cmocka_unit_test(sealed_containers_in_forty_ways),
	    cmocka_unit_test(images_in_forty_ways),   cmocka_unit_test(sets_of_parts_in_forty_ways),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
