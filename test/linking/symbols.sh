#!/usr/bin/env bash
# symbols.sh COMPILER NM LIBRARY BINARY_DIR: a shared library of LIBRARY exports the promised
# operations, the runtime, the errors and what a process has one of, and nothing else.
set -euo pipefail
compiler=$1 nm=$2 library=$3 shared=$4/librobocache_symbols.so
"$compiler" -shared -o "$shared" -Wl,--whole-archive "$library" -Wl,--no-whole-archive \
  -Wl,--unresolved-symbols=ignore-all
symbols=$("$nm" -D -C --defined-only "$shared" | cut -d' ' -f3-)
ns='robocache::v[0-9_]+(_cpu)?::'
promised="^void ${ns}detail::run<${ns}detail::"
runtime="^${ns}detail::(why_no_cuda|executor_of_thread|wait|stream_memory|fill_workspace_bytes|bins_workspace_bytes)\("
errors="^((typeinfo|typeinfo name|vtable) for )?${ns}(invalid_argument|cuda_error)"
process='^robocache_process_v1_(pool|log)$'
exceptions='^(typeinfo( name)? for|vtable for|std::|void std::|void const\*)'
count=$(grep -cE "$promised" <<<"$symbols" || true)
[ "$count" -ge 60 ] || { echo "only $count promised operations are exported"; exit 1; }
others=$(grep -vE "$promised|$runtime|$errors|$process" <<<"$symbols" |
  grep -vE '^(_init|_fini|_edata|_end|__bss_start|_IO_stdin_used)$' | grep -vE "$exceptions" || true)
if [ -n "$others" ]; then
  echo "exported, but not promised:"
  head -30 <<<"$others"
  exit 1
fi
echo "$count promised operations and nothing else"
