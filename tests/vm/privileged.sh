# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# An ordinary user's recording meets programs with privileges, for suite.sh and suite-arm64.sh: they run with
# them, as they are, and are not recorded.
# shellcheck disable=SC2317,SC2154 # functions that check calls; work and targets are lib.sh's

priv=$(mktemp -d -p /run)
export priv
chmod 755 "$priv"
mkdir -p "$work/priv"
chown 65534 "$work/priv"
cp "$targets/privileges" "$priv/setuid" && chmod 4755 "$priv/setuid"
cp "$targets/privileges" "$priv/capable" && chmod 755 "$priv/capable"
python3 -c 'import os, struct, sys
os.setxattr(sys.argv[1], "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0))' "$priv/capable"
cp "$targets/privileges" "$priv/unreadable" && chmod 711 "$priv/unreadable"
chmod 666 /dev/scaprec

# among others, which are recorded: before it, its parent, and after it
runs_free() {
	as_nobody "$bin/scap-record" --backend=kmod -o "$work/priv/t.scap" -- sh -c "cat /etc/passwd; $priv/$1; cat /etc/group" \
		>"$work/out" 2>"$work/said" || { cat "$work/said"; return 1; }
	grep euid "$work/out"
	grep -q "^euid $2, secure $3, vDSO there, counter free\$" "$work/out" &&
	grep -q 'a privileged or unreadable program: it runs on, not recorded' "$work/said" &&
	"$bin/scap-dump" "$work/priv/t.scap" >"$work/dump" && grep -q '"/etc/group"' "$work/dump" &&
	! grep -q 'write(1, "euid' "$work/dump"
}
check privileged-setuid runs_free setuid root 1
check privileged-capable runs_free capable own 1
check privileged-unreadable runs_free unreadable own 0
# root records them as they are: nobody has more privileges than it
recorded_by_root() {
	"$bin/scap-record" -q --backend=kmod -o "$work/t.scap" -- "$priv/setuid" >"$work/out" &&
	grep -q 'vDSO hidden' "$work/out" && "$bin/scap-replay" -q "$work/t.scap" | cmp - "$work/out"
}
check privileged-by-root recorded_by_root
# the program itself: said before it runs
refused_at_first() {
	! as_nobody "$bin/scap-record" --backend=kmod -o "$work/priv/t.scap" -- "$priv/$1" >"$work/out" 2>"$work/said" &&
	grep -q 'only root can record it' "$work/said" && [ ! -s "$work/out" ]
}
check privileged-first-setuid refused_at_first setuid
check privileged-first-capable refused_at_first capable
check privileged-first-unreadable refused_at_first unreadable
chmod 660 /dev/scaprec
rm -r "$priv"
