#!/usr/bin/env bash
# Soak: full load from 64 connections; resident memory after a minute and at the end, errors, lost replies.
# usage: serve/bench/soak.sh MODEL [SECONDS]      from the project's root; needs wrk and /proc
# Fails when an answer was wrong or lost, when memory grew by more than 5 % after the first minute, or
# when the service does not end with exit code 0 on SIGTERM. BETAVAE and LATENTS: see run.sh.
set -euo pipefail
model=${1:?model folder}
seconds=${2:-600}
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out" "$out.wrk"; [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true' EXIT

# shellcheck disable=SC2086 # options are words
${BETAVAE:-./betavae} serve --model "$model" --port 0 --json ${OPTIONS:-} >"$out" &
server=$!
until [ -s "$out" ]; do kill -0 "$server"; sleep 0.1; done
url=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$out")v1/embed
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }

wrk -t1 -c64 -d"${seconds}s" --timeout 30s -s "$here/embed.lua" "$url" -- 16384 "${LATENTS:-10}" check >"$out.wrk" &
load=$!
for at in 10 60 120 180 240 300 360 420 480 540 "$((seconds - 5))"; do
  [ "$at" -lt "$seconds" ] || continue
  while [ "$SECONDS" -lt "$at" ]; do sleep 1; done
  now=$(resident)
  echo "after $at s: $now kB resident"
  [ "$at" != 60 ] || minute=$now
done
wait "$load"
cat "$out.wrk"
kill "$server"
wait "$server"
server=
grep -q ' wrong=0 socket_errors=0 ' "$out.wrk"
growth=$(awk -v a="$minute" -v b="$now" 'BEGIN { printf "%.1f", 100 * (b / a - 1) }')
echo "resident memory after the first minute: $minute kB, at the end: $now kB, $growth %"
awk -v g="$growth" 'BEGIN { exit !(g <= 5) }'
