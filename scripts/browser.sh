#!/usr/bin/env bash
# Starts the demo on a free port, drives its pages in Chromium, stops the demo.
# PAYDESK names the binary. Ends with the browser suite's line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

folder=$(mktemp -d)
"$PAYDESK" demo --port 0 --data "$folder" >"$folder/demo.log" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; rm -rf "$folder"' EXIT

# The demo's first line of addresses says that everything is up.
for _ in $(seq 300); do
  base=$(sed -n 's/^ *till *\(http[^ ]*\)\/till\/.*/\1/p' "$folder/demo.log" | head -n1)
  [ -n "$base" ] && break
  kill -0 "$demo" 2>/dev/null || { cat "$folder/demo.log"; echo "the demo did not start"; exit 1; }
  sleep 0.1
done
[ -n "$base" ] || { cat "$folder/demo.log"; echo "the demo said no address within 30 s"; exit 1; }

npm run --silent --prefix web e2e -- "$base"
