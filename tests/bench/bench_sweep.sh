#!/usr/bin/env bash
# The sweep beside grep -F -f and rg -F -f: one made proxy log, 10,000 indicators, processor time (user and system) with all that
# a program does from its start, warm, medians of rounds in turn; 100,000 indicators; gzip beside `gzip -dc` and beside ISA-L
# alone, which does nothing with what it unpacks: no sweep of it can be faster; then two processes by the clock, which wants a
# machine that does nothing else. With --short a small log: it proves that it runs.
set -euo pipefail
genba=${GENBA:?path of the program}
megabytes=256
rounds=5
[ "${1:-}" != --short ] || megabytes=24 rounds=1
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-bench-sweep-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 - "$megabytes" <<'P'
import random, sys
r = random.Random(7)
words = [''.join(r.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(r.randrange(3, 12))) for _ in range(5000)]
endings = ['com', 'co.jp', 'net', 'test', 'org', 'ne.jp']
def indicator(i):
    if i % 4 == 0:
        return f'{r.randrange(1, 120)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(256)}'
    if i % 4 == 1:
        return f'http://{r.choice(words)}{i}.{r.choice(endings)}/{r.choice(words)}.php'
    if i % 4 == 2:
        return '%032x' % r.getrandbits(128)
    return f'{r.choice(words)}{i}.{r.choice(words)}.{r.choice(endings)}'
for n in (10000, 100000):
    open(f'list.{n}', 'w').write(''.join(indicator(i) + '\n' for i in range(n)))
lines = [f'14168{r.randrange(100000):05d}.{r.randrange(1000):03d} {r.randrange(900)} 192.0.2.{r.randrange(250)} TCP_MISS/200 {r.randrange(90000)} GET '
         f'http://{r.choice(words)}.{r.choice(words)}.{r.choice(endings)}/{r.choice(words)}/{r.choice(words)}.html?id={r.randrange(10**6)}&{r.choice(words)}={r.choice(words)} '
         f'- DIRECT/203.0.{r.randrange(256)}.{r.randrange(256)} text/html\n' for _ in range(40000)]
block = ''.join(lines).encode()
with open('log', 'wb') as f:
    size = 0
    while size < int(sys.argv[1]) << 20:
        f.write(block)
        size += len(block)
P
bytes=$(stat -c %s log)
gzip -1 -k log
cat >unpack.c <<'C'
#include <isa-l/igzip_lib.h>
#include <stdio.h>
static unsigned char in[256 << 10], out[128 << 10];
static struct inflate_state s;
int main(void)
{
	isal_inflate_init(&s);
	s.crc_flag = ISAL_GZIP;
	while (s.block_state != ISAL_BLOCK_FINISH) {
		if (s.avail_in == 0) {
			s.next_in = in;
			if ((s.avail_in = (uint32_t)fread(in, 1, sizeof in, stdin)) == 0)
				return 1;
		}
		s.next_out = out;
		s.avail_out = sizeof out;
		if (isal_inflate(&s) != ISAL_DECOMP_OK)
			return 1;
	}
	return 0;
}
C
cc -O2 -o unpack unpack.c -lisal
spent() { # processor seconds of a command
	local t
	t=$( { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 || true; } 2>&1)
	awk '{print $1 + $2}' <<<"$t"
}
rate() { awk -v b="$bytes" -v s="$1" 'BEGIN {printf "%.3f", b / s / 1e9}'; }
look() { spent "$genba" sweep "$1" --list "list.$2" --look --jobs 1; }
cat log >/dev/null
head -c 8000000 log >few # what the peers get: they are slow
few=$(stat -c %s few)
head -c 1000 log >tiny
for ((i = 0; i < rounds; i++)); do
	look log 10000 >>ours
	look tiny 10000 >>begun # to start, to read and compile the list
	look log 100000 >>many
	look tiny 100000 >>ready
	look log.gz 10000 >>packed
	spent gzip -dc log.gz >>peer
	spent ./unpack <log.gz >>alone
done
ours="" begun="" many="" ready="" packed="" peer="" alone=""
for each in ours begun many ready packed peer alone; do
	printf -v "$each" %s "$(sort -n "$each" | sed -n "$((rounds / 2 + 1))p")"
done
two=1000 # by the clock, the best of three, over the log four times
ln log log.2 && ln log log.3 && ln log log.4
for _ in 1 2 3; do
	t=$( { TIMEFORMAT=%R; time "$genba" sweep log log.2 log.3 log.4 --list list.10000 --look --jobs 2 >/dev/null 2>&1; } 2>&1)
	two=$(awk -v a="$t" -v b="$two" 'BEGIN {print a < b ? a : b}')
done
of_grep=$(spent grep -F -f list.10000 few)
of_rg=$(spent rg -j1 -F -f list.10000 few)
printf 'two processes, by the clock: %s GB/s\n' "$(awk -v b="$bytes" -v s="$two" 'BEGIN {printf "%.3f", 4 * b / s / 1e9}')"
less() { awk -v a="$1" -v b="$2" 'BEGIN {print a - b}'; }
printf 'GB/s of processor time, %s bytes, medians of %s\n' "$bytes" "$rounds"
printf '10,000 indicators   %s (%s without the start of %s s)\n' "$(rate "$ours")" "$(rate "$(less "$ours" "$begun")")" "$begun"
printf '100,000 indicators  %s, ready in %s s\n' "$(rate "$(less "$many" "$ready")")" "$ready"
printf 'gzip, decoded       %s (%s without the start; gzip -dc %s, ISA-L alone %s)\n' "$(rate "$packed")" "$(rate "$(less "$packed" "$begun")")" \
	"$(rate "$peer")" "$(rate "$alone")"
awk -v o="$ours" -v b="$bytes" -v g="$of_grep" -v r="$of_rg" -v f="$few" -v p="$packed" -v z="$peer" -v a="$alone" 'BEGIN {
	mine = b / o; printf "times grep -F -f     %.1f\ntimes rg -F -f       %.1f\ntimes gzip -dc       %.2f\ntimes ISA-L alone    %.2f\n", mine / (f / g), mine / (f / r), z / p, a / p
	exit mine < 3 * f / g }'
