#!/usr/bin/env bash
# compile_time.sh COMPILER INCLUDE_DIR: each public .hpp costs the compiler less than the budget, in
# seconds of processor time, at the best of five. ROBOCACHE_COMPILE_BUDGET loosens it.
set -euo pipefail
compiler=$1 include_dir=$2
budget=${ROBOCACHE_COMPILE_BUDGET:-0.5}
TIMEFORMAT='%3U %3S'

cost() { # of one compilation, in seconds
  { time "$compiler" -std=c++17 -O0 -I "$include_dir" -x c++ -c -o /dev/null - <<<"#include <$1>" ||
    echo failed; } 2>&1 | awk 'NF == 2 { print $1 + $2; ok = 1 } END { exit !ok }'
}

status=0
while read -r header; do
  best=
  for _ in 1 2 3 4 5; do
    best=$({ echo $best; cost "$header"; } | sort -g | head -n 1)
    awk "BEGIN { exit !($best < $budget) }" && break
  done
  verdict=ok
  awk "BEGIN { exit !($best < $budget) }" || { verdict="OVER $budget s" status=1; }
  printf '%-45s %5.2f s  %s\n' "$header" "$best" "$verdict"
done < <(cd "$include_dir" && find robocache -name '*.hpp' -not -path '*/detail/*' | sort)
exit $status
