#!/usr/bin/env bash
# Speed of the service by wrk, micro-batching on and off by turns.
# usage: serve/bench/run.sh MODEL [SECONDS_EACH [ROUNDS]]      from the project's root; needs wrk
# The model must take images of 64x64 with one channel; LATENTS=N where it has other than 10.
# BETAVAE=... names another command than ./betavae; OPTIONS=... is added to serve's.
set -euo pipefail
model=${1:?model folder}
seconds=${2:-10}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"; [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true' EXIT

measure() { # name, options of serve
  : >"$out"
  # shellcheck disable=SC2086 # options are words
  ${BETAVAE:-./betavae} serve --model "$model" --port 0 --json ${OPTIONS:-} ${2:-} >"$out" &
  server=$!
  until [ -s "$out" ]; do kill -0 "$server"; sleep 0.1; done
  url=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$out")v1/embed
  wrk -t1 -c64 -d"${WARM_UP:-15}s" -s "$here/embed.lua" "$url" -- 16384 "${LATENTS:-10}" >/dev/null
  for connections in 1 8 64; do
    printf '%s connections=%s ' "$1" "$connections"
    wrk -t1 -c"$connections" -d"${seconds}s" -s "$here/embed.lua" "$url" -- 16384 "${LATENTS:-10}" | grep RESULT
  done
  kill "$server"
  wait "$server" || echo "serve ended with exit code $?"
  server=
}

for round in $(seq "$rounds"); do
  measure "round=$round batching=on"
  measure "round=$round batching=off" --no-batching
done
