#!/usr/bin/env bash
# snippets.sh ROOT: every ```cpp block of README.md and docs/*.md stands, up to its indentation, line
# by line in some file of examples/ or include/, and so is compiled. A block right after the line
# <!-- not compiled --> is exempt. Prints the blocks that stand nowhere.
set -euo pipefail
cd "$1"

shopt -s nullglob
pages=(README.md docs/*.md)
mapfile -t sources < <(find examples include -type f \
  \( -name '*.cpp' -o -name '*.cu' -o -name '*.hpp' -o -name '*.cuh' \) | sort)
[ ${#sources[@]} -gt 0 ] || { echo "no sources below $1" >&2 && exit 2; }

awk '
function indent_of(line) { match(line, /^[ \t]*/); return RLENGTH }

# Whether the block stands in source s from line `at` on, moved to the right by one indentation.
function stands_at(s, at,    k, shift, line) {
  shift = indent_of(source[s, at]) - indent_of(block[1])
  if (shift < 0) return 0
  for (k = 1; k <= lines; ++k) {
    line = source[s, at + k - 1]
    if (block[k] == "") { if (line != "") return 0; else continue }
    if (substr(line, 1, shift) ~ /[^ \t]/ || substr(line, shift + 1) != block[k]) return 0
  }
  return 1
}

function stands_somewhere(    s, at) {
  for (s = 1; s <= source_count; ++s)
    for (at = 1; at + lines - 1 <= length_of[s]; ++at)
      if (stands_at(s, at)) return 1
  return 0
}

function check(    k, least) {
  while (lines > 0 && block[lines] == "") --lines
  least = -1
  for (k = 1; k <= lines; ++k)
    if (block[k] != "" && (least < 0 || indent_of(block[k]) < least)) least = indent_of(block[k])
  for (k = 1; k <= lines; ++k) block[k] = substr(block[k], least + 1)
  ++blocks
  if (lines > 0 && stands_somewhere()) return
  ++missing
  printf "%s:%d: stands in no file of examples/ or include/:\n\n", page, first
  for (k = 1; k <= lines; ++k) print "  " block[k]
  print ""
}

{ sub(/[ \t\r]+$/, "") }
FNR == 1 { inside = exempt = 0; if (FILENAME !~ /\.md$/) ++source_count }

# The sources come first, then the pages.
FILENAME !~ /\.md$/ { length_of[source_count] = FNR; source[source_count, FNR] = $0; next }

inside == 0 && /^[ ]*```/ {
  inside = ($0 ~ /^[ ]*```(cpp|c\+\+|cuda)$/ && !exempt) ? 2 : 1
  page = FILENAME; first = FNR; lines = 0; exempt = 0
  next
}
inside > 0 && /^[ ]*```$/ { if (inside == 2) check(); inside = 0; next }
inside == 2 { if (lines > 0 || $0 != "") block[++lines] = $0; next }
inside == 1 { next }
{ exempt = ($0 == "<!-- not compiled -->") }

END {
  printf "%d blocks, %d of them nowhere\n", blocks, missing
  exit missing > 0
}' "${sources[@]}" "${pages[@]}"
