#!/bin/sh
# Removes from an installed code-server what a Linux workspace never runs: other platforms'
# binaries, source maps and build leftovers.
set -eu
cd "$1"
find . -name '*.map' -type f -delete
find . -path '*/build/Release/obj*' -prune -exec rm -rf {} +
find . -type d \( -name 'darwin-*' -o -name 'win32-*' \) -path '*/prebuilds/*' -prune -exec rm -rf {} +
rm -rf lib/vscode/extensions/copilot lib/vscode/node_modules/@github/copilot*
