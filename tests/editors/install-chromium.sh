#!/usr/bin/env bash
# Chromium for the end-to-end tests of VS Code, from this Debian's packages, into DIR. A Chromium that
# is installed already is used instead.
# usage: install-chromium.sh DIR      afterwards: DIR/chromium
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
mkdir -p "$dir"
if installed=$(command -v chromium); then
    ln -sf "$installed" "$dir/chromium"
    exit 0
fi
. /etc/os-release
"$(dirname "$0")/unpack-debian.sh" "$dir" "$VERSION_CODENAME" chromium fonts-dejavu-core

# PulseAudio's client library finds its other half by a fixed path, which is not there when unpacked.
root="$dir/root"
lib="$root/usr/lib/x86_64-linux-gnu"
cat > "$dir/chromium" <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$lib:$root/lib/x86_64-linux-gnu:$lib/pulseaudio' FONTCONFIG_SYSROOT='$root' \\
    exec '$root/usr/lib/chromium/chromium' "\$@"
EOF
chmod +x "$dir/chromium"
"$dir/chromium" --version
