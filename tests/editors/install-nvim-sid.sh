#!/usr/bin/env bash
# The Neovim of Debian sid, 0.12 or newer, for a look at the specification in it: what sid holds changes,
# and so `tests/run` does not need it. It runs with the suite's own loader and its own parsers.
# usage: install-nvim-sid.sh DIR      afterwards: AIOS_NVIM_OTHER=DIR/nvim
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
"$(dirname "$0")/unpack-debian.sh" "$dir" sid neovim

root="$dir/root"
lib="$root/usr/lib/x86_64-linux-gnu"
cat > "$dir/nvim" <<END
#!/bin/sh
VIMRUNTIME='$root/usr/share/nvim/runtime' exec '$lib/ld-linux-x86-64.so.2' --library-path '$lib' \\
    '$root/usr/bin/nvim' --cmd 'set runtimepath^=$root/usr/lib/nvim' "\$@"
END
chmod +x "$dir/nvim"
"$dir/nvim" --version | head -n 1
