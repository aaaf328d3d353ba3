#!/usr/bin/env bash
# Speed of the service by wrk: micro-batching, none, and none with one thread a call, by turns.
# usage: serve/bench/run.sh MODEL [SECONDS_EACH [ROUNDS]]      from the project's root; needs wrk
# All services run from the beginning, each is warmed up, then each round measures every number of
# connections, and for each of them every service in turn.
# The model must take images of 64x64 with one channel.
# BETAVAE=... names another command than ./betavae; OPTIONS=... is added to every service's.
# VARIANTS="name|options;name|options" measures others, CONNECTIONS="1 8 64" says at how many, and
# WARM_UP=30 for how many seconds each is warmed up.
set -euo pipefail
model=${1:?model folder}
seconds=${2:-5}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
IFS=';' read -r -a variants <<<"${VARIANTS:-batching|;no batching|--no-batching;no batching, one thread a call|--no-batching --threads 1}"
servers=()
urls=()

stop() {
  for server in "${servers[@]}"; do
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap stop EXIT

load() { # url, connections, seconds
  wrk -t1 -c"$2" -d"$3s" --timeout 30s -s "$here/embed.lua" "$1" -- 16384 | grep '^RESULT'
}

for variant in "${variants[@]}"; do
  out=$folder/out-${#servers[@]}
  # shellcheck disable=SC2086 # options are words
  ${BETAVAE:-./betavae} serve --model "$model" --port 0 --json ${OPTIONS:-} ${variant#*|} >"$out" &
  servers+=($!)
  until [ -s "$out" ]; do kill -0 "${servers[-1]}"; sleep 0.1; done
  urls+=("$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$out")v1/embed")
done
for url in "${urls[@]}"; do
  first=$(load "$url" 64 "${WARM_UP:-20}")
  case $first in *' wrong=0 '*) ;; *) echo "wrong answers: $first. Is it a model of 64x64 images?" >&2; exit 1 ;; esac
  load "$url" 1 2 >/dev/null
done
for round in $(seq "$rounds"); do
  for connections in ${CONNECTIONS:-1 8 64}; do
    for i in "${!variants[@]}"; do
      printf 'round=%s connections=%s %s: ' "$round" "$connections" "${variants[i]%%|*}"
      load "${urls[i]}" "$connections" "$seconds" | tee -a "$folder/$connections-$i"
    done
  done
done

middle() { # file, key: median (lowest to highest)
  sed "s/.* $2=\([0-9.]*\).*/\1/" "$1" | sort -n |
    awk '{ v[NR] = $1 } END { printf "%s (%s to %s)", v[int((NR + 1) / 2)], v[1], v[NR] }'
}
failed=
echo
echo "| median (lowest to highest) of $rounds rounds | connections | requests/s | p50 ms | p99 ms |"
echo "| --- | --- | --- | --- | --- |"
for i in "${!variants[@]}"; do
  for connections in ${CONNECTIONS:-1 8 64}; do
    file=$folder/$connections-$i
    echo "| ${variants[i]%%|*} | $connections | $(middle "$file" rate) | $(middle "$file" p50_ms) | $(middle "$file" p99_ms) |"
    ! grep -v ' wrong=0 socket_errors=0 ' "$file" || failed=1
  done
done
[ -z "$failed" ] || { echo "some answers were wrong or lost: see above" >&2; exit 1; }
