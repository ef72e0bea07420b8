/*
 * Stands in for libFuzzer where a fuzz target is built as a plain program:
 * feeds it every file of the folders and files named, then mutations of each
 * that are the same at every run, for at most about two seconds.
 *
 *   fuzz_NAME [FOLDER | FILE]…
 *
 * A crash or a time-out is the failure; the last input is named before it is
 * fed, so that it can be found again.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define BUDGET_NS 2000000000LL
#define LARGEST   (4U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9E3779B97F4A7C15U;
static unsigned long fed;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static long long elapsed_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Hands over a copy of exactly its size, so that valgrind and ASan see a read past the end. */
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = calloc(size ? size : 1, 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	fed++;
}

static size_t mutate(uint8_t *data, size_t size, size_t room)
{
	for (uint64_t times = 1 + next() % 4; times > 0; times--) {
		size_t at = size ? (size_t)(next() % size) : 0;
		switch (next() % 5) {
		case 0:
			if (size)
				data[at] ^= (uint8_t)(1U << (next() % 8));
			break;
		case 1:
			if (size)
				data[at] = (uint8_t)next();
			break;
		case 2: /* cut off */
			size = at;
			break;
		case 3: /* take one out */
			if (size) {
				memmove(data + at, data + at + 1, size - at - 1);
				size--;
			}
			break;
		default: /* put one in */
			if (size < room) {
				memmove(data + at + 1, data + at, size - at);
				data[at] = (uint8_t)next();
				size++;
			}
		}
	}
	return size;
}

static int replay_file(const char *path, int mutations)
{
	FILE *in = fopen(path, "rbe");
	if (!in) {
		perror(path);
		return -1;
	}
	uint8_t *data = malloc(LARGEST + 16);
	uint8_t *work = malloc(LARGEST + 16);
	if (!data || !work)
		abort();
	size_t size = fread(data, 1, LARGEST, in);
	fclose(in);
	fprintf(stderr, "replay: %s (%zu bytes)\n", path, size);
	feed(data, size);
	for (int i = 0; i < mutations && elapsed_ns() < BUDGET_NS; i++) {
		memcpy(work, data, size);
		feed(work, mutate(work, size, size + 16));
	}
	free(data);
	free(work);
	return 0;
}

static int replay(const char *path, int mutations)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return 0; /* no corpus yet: the empty input has been fed */
	if (!S_ISDIR(st.st_mode))
		return replay_file(path, mutations);
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, NULL, alphasort);
	int rc = n < 0 ? -1 : 0;
	for (int i = 0; i < n; i++) {
		char name[4096];
		snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && replay_file(name, mutations) < 0)
			rc = -1;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;
	feed((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++)
		if (replay(argv[i], 500) < 0)
			rc = 1;
	fprintf(stderr, "replay: %lu inputs\n", fed);
	return rc;
}
