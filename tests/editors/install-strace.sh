#!/usr/bin/env bash
# strace for the tests that kill the program at each system call, from this Debian's packages, into DIR.
# An strace that is installed already is used instead.
# usage: install-strace.sh DIR      afterwards: DIR/strace
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
mkdir -p "$dir"
if installed=$(command -v strace); then
    ln -sf "$installed" "$dir/strace"
    exit 0
fi
. /etc/os-release
"$(dirname "$0")/unpack-debian.sh" "$dir" "$VERSION_CODENAME" strace

root="$dir/root"
cat > "$dir/strace" <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu' exec '$root/usr/bin/strace' "\$@"
EOF
chmod +x "$dir/strace"
"$dir/strace" -V | head -1
