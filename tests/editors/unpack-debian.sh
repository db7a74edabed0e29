#!/usr/bin/env bash
# Unpacks Debian packages and all that they depend on into DIR/root. apt works in folders of its own:
# the system is neither asked what it has nor changed.
# usage: unpack-debian.sh DIR SUITE PACKAGE…
set -euo pipefail

dir=$(realpath -m "${1:?the folder to unpack into}")
suite=${2:?the suite, as bookworm}
shift 2
sources=/etc/apt/sources.list.d/debian.sources
uri=$(sed -n 's/^URIs: *//p' "$sources" | head -n 1)
security=$(sed -n 's/^URIs: *//p' "$sources" | tail -n 1)
key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'

apt="$dir/apt"
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial} \
    "$apt"/etc/{apt.conf,preferences,sources.list}.d
# Nothing counts as installed, so that everything is fetched.
: > "$apt/state/status"
# sid has neither updates nor security, and a mirror that stands still has a list that is over its time.
until=true
if [ "$suite" = sid ]; then
    echo "deb $key $uri sid main" > "$apt/etc/sources.list"
    until=false
else
    cat > "$apt/etc/sources.list" <<EOF
deb $key $uri $suite main
deb $key $uri $suite-updates main
deb $key $security $suite-security main
EOF
fi
cat > "$apt/apt.conf" <<EOF
Dir "$apt";
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
Dir::Etc "$apt/etc";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "$until";
Debug::NoLocking "true";
EOF
export APT_CONFIG="$apt/apt.conf"
apt-get update -qq
apt-get install -qq --yes --download-only "$@" > /dev/null
for package in "$apt"/cache/archives/*.deb; do
    dpkg -x "$package" "$dir/root"
done
rm -rf "$apt/cache"
