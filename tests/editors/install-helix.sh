#!/usr/bin/env bash
# Helix 25.01, and the tmux that types at it, for the end-to-end tests: Debian trixie's packages, into
# DIR. They run with the suite's own loader, because they need a newer C library than older systems have.
# usage: install-helix.sh DIR      afterwards: DIR/hx, DIR/tmux
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
"$(dirname "$0")/unpack-debian.sh" "$dir" trixie hx tmux

root="$dir/root"
lib="$root/usr/lib/x86_64-linux-gnu"
for program in hx tmux; do
    cat > "$dir/$program" <<EOF
#!/bin/sh
HELIX_RUNTIME='$root/usr/lib/hx/runtime' TERMINFO='$root/usr/share/terminfo' \\
    exec '$lib/ld-linux-x86-64.so.2' --library-path '$lib' '$root/usr/bin/$program' "\$@"
EOF
    chmod +x "$dir/$program"
done
"$dir/hx" --version
"$dir/tmux" -V
