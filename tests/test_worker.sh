#!/usr/bin/env bash
# The program itself is a worker under its hidden word: it reads a head and an input, and writes JSON lines.
set -euo pipefail
fail() {
	echo "FAIL: $*" >&2
	exit 1
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

head='{"memory":536870912,"line":1048576,"cpu":10,"files":0}'
ask() { # the parser, the bytes of the input
	{
		printf '%08x%s' "${#head}" "$head"
		printf '%s' "$2"
	} | "$GENBA" --worker "$1"
}

[ "$(ask probe 12345)" = '{"caged":true}
{"line":{"bytes":5}}
{"end":null}' ] || fail "probe answers: $(ask probe 12345)"

status=0
ask nonesuch '' >out || status=$?
[ "$status" = 122 ] || fail "an unknown parser ends with $status"
[ ! -s out ] || fail "an unknown parser says something"

status=0
printf 'zzzzzzzz' | "$GENBA" --worker probe >out || status=$?
[ "$status" = 123 ] || fail "no head ends with $status"
