#include "evidence/image_log.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
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
	if (list->count == STATED_MOST || strlen(hex) != algorithms[algorithm].digits)
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

static int names_it(const char *line, size_t n, enum stated_algorithm algorithm)
{
	for (const char *const *s = algorithms[algorithm].spellings; *s; s++)
		if (contains(line, n, *s))
			return 1;
	return 0;
}

/* The words of a line that are digests, of an algorithm that the line names. */
static void scan_line(const char *line, size_t n, struct stated_list *list)
{
	int named[STATED_SHA256 + 1];
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

int image_log_scan(const char *text, size_t n, const char *name, struct stated_list *list)
{
	struct buf narrow = BUF_INIT;
	if (n >= 2 && memcmp(text, "\xFF\xFE", 2) == 0) { /* UTF-16: what matters is ASCII */
		for (size_t i = 2; i + 1 < n; i += 2)
			buf_addc(&narrow, text[i + 1] == 0 && (text[i] & 0x80) == 0 ? text[i] : '?');
		text = narrow.data;
		n = narrow.len;
	}
	int named = name && contains(text, n, name);
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		while (i + k < n && text[i + k] != '\n' && text[i + k] != '\r')
			k++;
		scan_line(text + i, k, list);
		i += k + 1;
	}
	buf_release(&narrow);
	return named;
}

/* ---- in the cage */

static int run(struct worker *w, struct err *err)
{
	struct buf text = BUF_INIT;
	struct stated_list list = {.count = 0};
	char piece[65536];
	ssize_t n;
	while ((n = worker_read(w, piece, sizeof piece, err)) > 0 && text.len <= IMAGE_LOG_LIMIT)
		buf_add(&text, piece, (size_t)n);
	int rc = n < 0 ? -1
	         : text.len > IMAGE_LOG_LIMIT
	             ? err_set(err, ERR_INVALID, _("it is larger than the log of an image may be (%u MiB)"),
	                       IMAGE_LOG_LIMIT >> 20)
	             : 0;
	int named = rc == 0 && image_log_scan(text.data, text.len, json_get_string(worker_request(w), "name"), &list);
	json_t *stated = json_array();
	for (size_t i = 0; i < list.count; i++)
		json_array_append_new(stated, json_pack("[i, s]", (int)list.items[i].algorithm, list.items[i].hex));
	if (rc == 0)
		rc = worker_emit_take(w, json_pack("{s:b, s:O}", "named", named, "stated", stated), err);
	json_decref(stated);
	buf_release(&text);
	return rc;
}

const struct worker_job image_log_job = {.name = "image-log", .run = run};

/* ---- in the parent */

struct reading {
	struct stated_list *list;
	int any_name;
};

static int take_line(void *ctx, const json_t *value, struct err *err)
{
	struct reading *r = ctx;
	const json_t *stated = json_object_get(value, "stated");
	(void)err;
	for (size_t i = 0;
	     (r->any_name || json_is_true(json_object_get(value, "named"))) && i < json_array_size(stated); i++) {
		const json_t *one = json_array_get(stated, i);
		json_int_t algorithm = json_integer_value(json_array_get(one, 0));
		const char *hex = json_string_value(json_array_get(one, 1));
		if (hex && algorithm >= STATED_MD5 && algorithm <= STATED_SHA256 &&
		    strspn(hex, "0123456789abcdef") == strlen(hex))
			stated_add(r->list, (enum stated_algorithm)algorithm, hex);
	}
	return 0;
}

int image_log_read(const char *path, const char *name, struct stated_list *list, struct err *err)
{
	struct reading r = {list, name == NULL};
	struct worker_result result;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		err_set_errno(err, ERR_FAILED, fd < 0 ? errno : EINVAL, _("cannot open '%s'"), path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	json_t *request = name ? json_pack("{s:s}", "name", name) : json_object();
	struct worker_call call = {.job = image_log_job.name,
	                           .request = request,
	                           .input = fd,
	                           .line = take_line,
	                           .ctx = &r,
	                           .limits = {.cpu_seconds = 20, .seconds = 120}};
	int rc = request ? worker_run(&call, &result, err)
	                 : err_set(err, ERR_INVALID, _("the name of the file is not UTF-8"));
	if (rc == 0 && result.end != WORKER_DONE)
		rc = err_set(err, ERR_FAILED, "%s: %s", path, result.reason);
	json_decref(request);
	close(fd);
	return rc;
}
