#!/usr/bin/env bash
# compare.sh ONNXRUNTIME.JAR MODEL ROUNDS CLASSES...: starts a JVM with each of the folders of
# classes (or jars) of onnx-infer by turns, each opens MODEL, embeds one image and ends; prints of
# the whole processes wall and processor seconds: lowest, median, highest. JAVA_OPTS are options of
# the JVM; BETAVAE_CACHE=FOLDER opens by ModelOptions.withCache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
jar=$1 model=$2 rounds=$3
shift 3
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
javac -d "$work" -cp "$1" "$here/FirstEmbedding.java"
for ((round = 0; round <= rounds; round++)); do
  for classes in "$@"; do
    name=$(printf '%s' "$classes" | tr / _)
    # The first round only warms the caches of the system.
    out=$work/times$name
    [ "$round" -gt 0 ] || out=/dev/null
    TIMEFORMAT='%R %U %S'
    # shellcheck disable=SC2086 # several options
    { time java ${JAVA_OPTS:-} -cp "$work:$classes:$jar" FirstEmbedding "$model" ${BETAVAE_CACHE:-} 2>&3; } 3>&2 2>>"$out"
  done
done
for classes in "$@"; do
  name=$(printf '%s' "$classes" | tr / _)
  for kind in wall processor; do
    awk -v kind=$kind '{ print kind == "wall" ? $1 : $2 + $3 }' "$work/times$name" | sort -n |
      awk -v what="$classes $kind" '{ v[NR] = $1 }
        END { printf "%s: %.3f %.3f %.3f s (%d)\n", what, v[1], (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[NR], NR }'
  done
done
