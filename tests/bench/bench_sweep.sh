#!/usr/bin/env bash
# The sweep beside grep -F -f and rg -F -f: one made proxy log, 10,000 indicators, processor time (user and system) of one run
# each, warm; then 100,000 indicators, and gzip beside `gzip -dc`; then two processes by the clock, which wants a machine that
# does nothing else. With --short a small log: it proves that it runs.
set -euo pipefail
genba=${GENBA:?path of the program}
megabytes=256
[ "${1:-}" != --short ] || megabytes=24
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
spent() { # processor seconds of a command
	local t
	t=$( { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 || true; } 2>&1)
	awk '{print $1 + $2}' <<<"$t"
}
rate() { awk -v b="$bytes" -v s="$1" 'BEGIN {printf "%.3f", b / s / 1e9}'; }
cat log >/dev/null
head -c 8000000 log >few # what the peers get: they are slow
few=$(stat -c %s few)
ours=$(spent "$genba" sweep log --list list.10000 --look --jobs 1)
head -c 1000 log >tiny
ready=$(spent "$genba" sweep tiny --list list.100000 --look --jobs 1) # to read and compile the list
many=$(spent "$genba" sweep log --list list.100000 --look --jobs 1)
packed=$(spent "$genba" sweep log.gz --list list.10000 --look --jobs 1)
peer=$(spent gzip -dc log.gz)
two=1000 # by the clock, the best of three, over the log four times
ln log log.2 && ln log log.3 && ln log log.4
for _ in 1 2 3; do
	t=$( { TIMEFORMAT=%R; time "$genba" sweep log log.2 log.3 log.4 --list list.10000 --look --jobs 2 >/dev/null 2>&1; } 2>&1)
	two=$(awk -v a="$t" -v b="$two" 'BEGIN {print a < b ? a : b}')
done
of_grep=$(spent grep -F -f list.10000 few)
of_rg=$(spent rg -j1 -F -f list.10000 few)
printf 'two processes, by the clock: %s GB/s\n' "$(awk -v b="$bytes" -v s="$two" 'BEGIN {printf "%.3f", 4 * b / s / 1e9}')"
printf 'GB/s of processor time, %s bytes\n10,000 indicators   %s\n100,000 indicators  %s, ready in %s s\ngzip, decoded       %s (gzip -dc %s)\n' \
	"$bytes" "$(rate "$ours")" "$(rate "$(awk -v a="$many" -v b="$ready" 'BEGIN {print a - b}')")" "$ready" "$(rate "$packed")" "$(rate "$peer")"
awk -v o="$ours" -v b="$bytes" -v g="$of_grep" -v r="$of_rg" -v f="$few" -v p="$packed" -v z="$peer" 'BEGIN {
	mine = b / o; printf "times grep -F -f     %.1f\ntimes rg -F -f       %.1f\ntimes gzip -dc       %.2f\n", mine / (f / g), mine / (f / r), z / p
	exit mine < 3 * f / g }'
