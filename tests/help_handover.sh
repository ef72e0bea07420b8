# shellcheck shell=bash
# Shared by the scripts about handing over: a scratch folder, people in it, and what they type. Source it; it wants GENBA.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/help_script.sh"
unset XDG_DATA_HOME # as() sets it to that of a person
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
printf 'correct horse battery staple\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass

person() { # person NAME…: an identity each, and its public line in NAME.pub
	local name
	for name in "$@"; do
		XDG_DATA_HOME=$work/$name "$genba" key new --name "Responder $name" --mark R1 --kdf interactive >/dev/null 2>&1
		XDG_DATA_HOME=$work/$name "$genba" key export >"$name.pub"
	done
}
as() { # as PERSON COMMAND…: in the person's own copy
	local person=$1
	shift
	XDG_DATA_HOME=$work/$person "$genba" -c "$work/$person.genba" "$@"
}
status() { # status WANTED COMMAND…
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "'$*': status $got, wanted $wanted: $(cat err)"
}
tree() { # tree PERSON: the id of the last commit's tree, by stock git
	rm -rf "$1.git"
	as "$1" export git "$work/$1.git" 2>/dev/null
	git -C "$1.git" rev-parse 'HEAD^{tree}'
}
checked() { # checked PERSON…: genba and stock git find nothing wrong; uses what tree() exported
	local name commit
	for name in "$@"; do
		status 0 as "$name" verify
		git -C "$name.git" fsck --strict --no-progress 2>fsck.log || fail "git fsck: $(cat fsck.log)"
		is "signatures by git log of $name" G "$(git -C "$name.git" -c gpg.ssh.allowedSignersFile="$work/$name.git.allowed_signers" \
			log --format='%G?' | sort -u)"
		for commit in $(git -C "$name.git" rev-list HEAD); do
			git -C "$name.git" -c gpg.ssh.allowedSignersFile="$work/$name.git.allowed_signers" verify-commit "$commit" \
				2>verify.log || fail "git verify-commit $commit: $(cat verify.log)"
		done
	done
}
work_apart() { # work_apart PERSON ACTIONS WORD ASSIGNMENT STATUS: records of their own, one record of all, one field of all
	local i
	{
		for ((i = 0; i < $2; i++)); do
			printf 'add indicator type=domain value=%s-%d.example role=c2\n' "$3" "$i"
		done
		printf 'set R1-A1 %s\n' "$4"
		printf 'set R1-A1 status=%s\n' "$5"
		printf 'note --on R1-A1 "%s側のメモ"\n' "$3"
	} | as "$1" script - >/dev/null
}
