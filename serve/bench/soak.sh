#!/usr/bin/env bash
# Soak: full load from 64 connections, with 1,000 at once for some seconds in the first minute and at
# half-time, and all the time clients that stall, that cut off, and that do not read large answers.
# usage: serve/bench/soak.sh MODEL [SECONDS]      from the project's root; needs wrk, curl and /proc
# Fails when an answer was wrong or lost, when the service failed (5xx), when memory grew by more than
# 5 % after the first minute, when requests stay under way after the last client has gone, or when the
# service does not end with exit code 0 on SIGTERM.
# BETAVAE, OPTIONS and LATENTS: see run.sh. TIMEOUT=30 is how many seconds an answer may take, BURST=10 how many
# the thousand are there; more of both where other programs run.
set -euo pipefail
model=${1:?model folder}
seconds=${2:-600}
[ "$seconds" -ge 90 ] || { echo "SECONDS is $seconds, expected 90 or more: memory is compared with that after the first minute" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
children=()
stop() {
  for child in "${children[@]}"; do
    pkill -P "$child" 2>/dev/null || true # what it started: wrk, clients that wait
    kill "$child" 2>/dev/null || true
  done
  rm -f "$out" "$out".*
}
trap stop EXIT
fail() { echo "FAILED: $1" >&2; exit 1; }

# shellcheck disable=SC2086 # options are words
${BETAVAE:-./betavae} serve --model "$model" --port 0 --json ${OPTIONS:-} >"$out" &
server=$!
children+=("$server")
until [ -s "$out" ]; do kill -0 "$server"; sleep 0.1; done
base=$(sed 's/.*"url":"\([^"]*\)\/".*/\1/' "$out")
port=${base##*:}
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
load() { # connections, seconds
  wrk -t1 -c"$1" -d"$2s" --timeout "${TIMEOUT:-30}s" -s "$here/embed.lua" "$base/v1/embed" -- 16384 "${LATENTS:-10}" check |
    grep '^RESULT'
}
say() { # path, type and text of a body, its length
  printf 'POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nAccept: application/octet-stream\r\nContent-Length: %s\r\n\r\n%s' "$@"
}
bad_clients() {
  while true; do
    ( exec 3<>"/dev/tcp/127.0.0.1/$port" && say /v1/embed application/octet-stream 16384 abc >&3; sleep 20 ) 2>/dev/null & # stalls
    ( exec 3<>"/dev/tcp/127.0.0.1/$port" && say /v1/embed application/octet-stream 16384 abc >&3 ) 2>/dev/null || true    # cuts off
    ( exec 3<>"/dev/tcp/127.0.0.1/$port" && say /v1/generate application/json 14 '{"count":1000}' >&3; sleep 20 ) 2>/dev/null & # reads nothing
    sleep 5
  done
}

begin=$SECONDS
load 64 "$seconds" >>"$out.load" &
loader=$!
bad_clients &
bad=$!
children+=("$loader" "$bad")
half=$((seconds / 2 > 65 ? seconds / 2 : 65))
for at in $(printf "%s\n" 10 20 60 "$half" $(seq 120 60 $((seconds - 20))) $((seconds - 5)) | sort -nu); do
  while [ $((SECONDS - begin)) -lt "$at" ]; do sleep 1; done
  if [ "$at" = 20 ] || [ "$at" = "$half" ]; then
    burst=$(load 936 "${BURST:-10}" | tee -a "$out.load")
    echo "after $at s, 936 connections more: $burst"
    [ "$(expr "$burst" : '.*answers=\([0-9]*\)')" -ge 936 ] || fail "not each of the 936 connections was answered: BURST=${BURST:-10} seconds are too short, or the service is stuck"
  fi
  now=$(resident)
  echo "after $((SECONDS - begin)) s: $now kB resident"
  [ "$at" != 60 ] || minute=$now
done
wait "$loader" || fail "wrk ended with $?"
kill "$bad"
cat "$out.load"
! grep -v ' wrong=0 socket_errors=0 ' "$out.load" || fail "answers were wrong or lost"
for _ in $(seq 60); do # those that stall are cut off in the end
  curl -s "$base/metrics" >"$out.metrics"
  pending=$(awk '/^betavae_requests_pending / { print $2 }' "$out.metrics")
  [ "$pending" != 1.0 ] || break
  sleep 1
done
[ "$pending" = 1.0 ] || fail "$pending requests are under way, expected one, that of /metrics"
! grep '^betavae_http_requests_seconds_count.*status="5' "$out.metrics" || fail "the service failed, or refused"
kill "$server"
wait "$server" || fail "the service ended with exit code $?"
growth=$(awk -v a="$minute" -v b="$now" 'BEGIN { printf "%.1f", 100 * (b / a - 1) }')
echo "resident memory after the first minute: $minute kB, at the end: $now kB, $growth %"
awk -v g="$growth" 'BEGIN { exit !(g <= 5) }' || fail "memory grew by more than 5 %"
