#include "evidence/image/image_log.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "evidence/image/digest_list.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name;
	size_t digits;
	const char *spellings[4];
} algorithms[] = {
    [STATED_MD5] = {"MD5", 32, {"md5", NULL}},
    [STATED_SHA1] = {"SHA-1", 40, {"sha1", "sha-1", "sha_1", NULL}},
    [STATED_SHA256] = {"SHA-256", 64, {"sha256", "sha-256", "sha_256", NULL}},
};

const char *stated_name(enum stated_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

void stated_add(struct stated_list *list, enum stated_algorithm algorithm, const char *hex)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].algorithm == algorithm && strcmp(list->items[i].hex, hex) == 0)
			return;
	if (algorithm > STATED_SHA256 || list->count == STATED_MOST || strlen(hex) != algorithms[algorithm].digits)
		return;
	list->items[list->count].algorithm = algorithm;
	memcpy(list->items[list->count++].hex, hex, strlen(hex) + 1);
}

static int contains(const char *text, size_t n, const char *word)
{
	size_t k = strlen(word);
	for (size_t i = 0; k && i + k <= n; i++)
		if (strncasecmp(text + i, word, k) == 0)
			return 1;
	return 0;
}

/* The name of a file, not a part of a longer one. */
static int names_file(const char *text, size_t n, const char *name)
{
	size_t k = strlen(name);
	for (size_t i = 0; k && i + k <= n; i++) {
		int before = i > 0 ? (unsigned char)text[i - 1] : ' ';
		int behind = i + k < n ? (unsigned char)text[i + k] : ' ';
		if (memcmp(text + i, name, k) == 0 && !isalnum(before) && !strchr("-_.", before) && !isalnum(behind) &&
		    !strchr("-_", behind))
			return 1;
	}
	return 0;
}

static int names_it(const char *line, size_t n, enum stated_algorithm algorithm)
{
	for (const char *const *s = algorithms[algorithm].spellings; *s; s++)
		if (contains(line, n, *s))
			return 1;
	return 0;
}

/* The words of a line of a log that are digests, of an algorithm that the line names. */
static void scan_line(const char *line, size_t n, struct stated_list *list)
{
	int named[STATED_OTHER];
	if (n < algorithms[STATED_MD5].digits)
		return;
	for (int a = STATED_MD5; a <= STATED_SHA256; a++)
		named[a] = names_it(line, n, (enum stated_algorithm)a);
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		while (i + k < n && isalnum((unsigned char)line[i + k]))
			k++;
		for (int a = STATED_MD5; a <= STATED_SHA256; a++) {
			char hex[65];
			if (k != algorithms[a].digits || !named[a])
				continue;
			for (size_t j = 0; j < k; j++)
				hex[j] = (char)tolower((unsigned char)line[i + j]);
			hex[k] = '\0';
			if (strspn(hex, "0123456789abcdef") == k)
				stated_add(list, (enum stated_algorithm)a, hex);
		}
		i += k ? k : 1;
	}
}

/* UTF-16, little-endian, as Windows writes it. */
static void narrow(const char *text, size_t n, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t high = 0;
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = p[i] | (uint32_t)p[i + 1] << 8;
		if (c >= 0xD800 && c < 0xDC00) {
			high = c;
			continue;
		}
		if (c >= 0xDC00 && c < 0xE000)
			c = high ? 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00) : '?';
		high = 0;
		buf_add_point(out, c);
	}
}

/* What is known while a text is gone through. */
struct scanning {
	const struct image_log_of *image;
	const char *file;        /* the last name of the image's path, or NULL */
	size_t stem;             /* of its length, what is not a set's ending */
	size_t agreement;        /* of the best names so far */
	struct stated_list best; /* what lines with such a name state */
	struct stated_list near; /* lines of another form that name the image */
	struct stated_list free; /* and those that do not */
	struct stated_list lone; /* of the one other file that is listed, as long as it is one */
	struct buf other;        /* its name */
	int several;             /* other files are listed */
	size_t others;
};

static int is_set_ending(const char *p)
{
	if (strlen(p) != 4 || *p != '.')
		return 0;
	return strspn(p + 1, "0123456789") == 3 ||
	       (strchr("EeSs", p[1]) && isalnum((unsigned char)p[2]) && isalnum((unsigned char)p[3]));
}

/* How well a listed name is that of the image's content: 0 not at all. */
static size_t agrees(const struct scanning *k, const char *name)
{
	static const char *const endings[] = {"", ".dd", ".raw", ".img", ".bin"};
	size_t best = 0;
	if (!k->image->set)
		return digest_list_agreement(name, k->image->path);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t folder = (size_t)(k->file - k->image->path);
		char *path = xasprintf("%.*s%s", (int)(folder + k->stem), k->image->path, endings[i]);
		size_t is = digest_list_agreement(name, path);
		best = is > best ? is : best;
		free(path);
	}
	return best;
}

/* A file of the image itself: its digest is not that of the content. */
static int is_of_set(const struct scanning *k, const char *name)
{
	const char *last = name;
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == '\\')
			last = p + 1;
	return k->image->set && strncmp(last, k->file, k->stem) == 0 && is_set_ending(last + k->stem);
}

static void add_all(struct stated_list *to, const struct stated *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		stated_add(to, items[i].algorithm, items[i].hex);
}

static void take_listed(struct scanning *k, const struct digest_line *line)
{
	size_t is = k->file ? agrees(k, line->name.data) : 0;
	if (is > 0) {
		if (is > k->agreement)
			k->best.count = 0;
		if (is >= k->agreement)
			add_all(&k->best, line->stated, line->count);
		k->agreement = is > k->agreement ? is : k->agreement;
		return;
	}
	k->others += line->count;
	if (k->file && is_of_set(k, line->name.data))
		return;
	if (k->other.len && strcmp(k->other.data, line->name.data) != 0)
		k->several = 1;
	else if (!k->other.len)
		buf_adds(&k->other, line->name.data);
	add_all(&k->lone, line->stated, line->count);
}

static void take_line(struct scanning *k, struct digest_list *list, const char *line, size_t n)
{
	struct digest_line listed;
	if (digest_list_line(list, line, n, &listed))
		take_listed(k, &listed);
	else
		scan_line(line, n, k->file && names_file(line, n, k->file) ? &k->near : &k->free);
	buf_release(&listed.name);
}

static void image_log_conclude(struct scanning *k, struct image_log *log)
{
	const struct stated_list *free_form = k->near.count ? &k->near : &k->free;
	add_all(&log->stated, k->best.items, k->best.count);
	if (!k->agreement && k->other.len && (!k->several || !k->file)) { /* it had another name then */
		add_all(&log->stated, k->lone.items, k->lone.count);
		k->others = 0;
	}
	add_all(&log->stated, free_form->items, free_form->count);
	log->others = k->others;
}

void image_log_scan(const char *text, size_t n, const struct image_log_of *image, struct image_log *log)
{
	struct buf wide = BUF_INIT;
	struct digest_list list = {.columns = 0};
	struct scanning k = {.image = image, .other = BUF_INIT};
	if (n >= 2 && memcmp(text, "\xFF\xFE", 2) == 0) {
		narrow(text + 2, n - 2, &wide);
		text = wide.data;
		n = wide.len;
	} else if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		n -= 3;
	}
	if (image->path) {
		const char *slash = strrchr(image->path, '/');
		k.file = slash ? slash + 1 : image->path;
		k.stem = strlen(k.file);
		if (k.stem > 4 && is_set_ending(k.file + k.stem - 4))
			k.stem -= 4;
		char *stem = xstrndup(k.file, k.stem);
		log->mentions = contains(text, n, stem);
		free(stem);
	}
	for (size_t i = 0; i < n;) {
		size_t length = 0;
		while (i + length < n && text[i + length] != '\n' && text[i + length] != '\r')
			length++;
		take_line(&k, &list, text + i, length);
		i += length + 1;
	}
	image_log_conclude(&k, log);
	buf_release(&k.other);
	buf_release(&wide);
}

/* ---- in the cage */

static int run(struct worker *w, struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	struct image_log log = {.others = 0};
	char piece[65536];
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0 && text.len <= IMAGE_LOG_LIMIT)
		buf_add(&text, piece, (size_t)n);
	int rc = n < 0 ? -1
	         : text.len > IMAGE_LOG_LIMIT
	             ? err_set(err, ERR_INVALID, _("it is larger than the log of an image may be (%u MiB)"),
	                       IMAGE_LOG_LIMIT >> 20)
	             : 0;
	const char *name = json_get_string(worker_request(w), "path");
	struct image_log_of image = {NULL, json_is_true(json_object_get(worker_request(w), "set"))};
	if (name && pathname_decode(name, &path) == 0)
		image.path = path.data;
	if (rc == 0)
		image_log_scan(text.data, text.len, &image, &log);
	json_t *stated = json_array();
	for (size_t i = 0; i < log.stated.count; i++)
		json_array_append_new(stated,
		                      json_pack("[i, s]", (int)log.stated.items[i].algorithm, log.stated.items[i].hex));
	if (rc == 0)
		rc = worker_emit_take(w,
		                      json_pack("{s:b, s:I, s:O}", "mentions", log.mentions, "others",
		                                (json_int_t)log.others, "stated", stated),
		                      err);
	json_decref(stated);
	buf_release(&path);
	buf_release(&text);
	return rc;
}

const struct worker_job image_log_job = {.name = "image-log", .run = run};

/* ---- in the parent */

static int take_answer(void *ctx, const json_t *value, struct err *err)
{
	struct image_log *log = ctx;
	const json_t *stated = json_object_get(value, "stated");
	(void)err;
	log->mentions = json_is_true(json_object_get(value, "mentions"));
	log->others = json_integer_value(json_object_get(value, "others")) > 0
	                  ? (size_t)json_integer_value(json_object_get(value, "others"))
	                  : 0;
	for (size_t i = 0; i < json_array_size(stated); i++) {
		const json_t *one = json_array_get(stated, i);
		json_int_t algorithm = json_integer_value(json_array_get(one, 0));
		const char *hex = json_string_value(json_array_get(one, 1));
		if (hex && algorithm >= STATED_MD5 && algorithm <= STATED_SHA256 &&
		    strspn(hex, "0123456789abcdef") == strlen(hex))
			stated_add(&log->stated, (enum stated_algorithm)algorithm, hex);
	}
	return 0;
}

int image_log_read(const char *path, const struct image_log_of *image, struct image_log *log, struct err *err)
{
	struct worker_result result;
	struct buf name = BUF_INIT;
	struct stat st;
	memset(log, 0, sizeof *log);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		err_set_errno(err, ERR_FAILED, fd < 0 ? errno : EINVAL, _("cannot open '%s'"), path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (image->path)
		pathname_encode(image->path, &name);
	json_t *request = image->path ? json_pack("{s:s, s:b}", "path", name.data, "set", image->set) : json_object();
	struct worker_call call = {.job = image_log_job.name,
	                           .request = request,
	                           .input = fd,
	                           .line = take_answer,
	                           .ctx = log,
	                           .limits = {.cpu_seconds = 20, .seconds = 120}};
	int rc = worker_run(&call, &result, err);
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_FAILED, "%s: %s", path, result.reason);
	json_decref(request);
	buf_release(&name);
	close(fd);
	return rc;
}
