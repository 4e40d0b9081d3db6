#!/usr/bin/env bash
# snippets_test.sh: the check of snippets.sh can fail, and passes what it should.
# shellcheck disable=SC2016 # the backquotes are Markdown
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/snippets.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/docs" "$root/examples" "$root/include"
printf 'int main() {\n  int a = 1;\n\n  if (a) {\n    a = 2;\n  }\n}\n' >"$root/examples/a.cpp"

# expect STATUS PAGE: the check of a page ends so.
expect() {
  local status=0
  printf '%b' "$2" >"$root/README.md"
  "$check" "$root" >"$root/output" || status=$?
  [ "$status" -eq "$1" ] || {
    printf 'expected %d, got %d, of\n%b\nwhich said\n' "$1" "$status" "$2" && cat "$root/output"
    exit 1
  }
}

expect 0 'no block at all\n'
expect 0 '```cpp\nint a = 1;\n\nif (a) {\n  a = 2;\n}\n```\n'    # less indented
expect 0 '1. item\n   ```cpp\n   a = 2;\n   ```\n'                # inside a list
expect 0 'x\n```cpp\n  int a = 1;\n```\n```bash\nrm nothing\n```\n' # other languages are left alone
expect 0 '<!-- not compiled -->\n```cpp\nint b;\n```\n'
expect 1 '<!-- not compiled -->\ntext\n```cpp\nint b;\n```\n'
expect 1 '<!-- not compiled -->\n```cpp\nint b;\n```\n\n```cpp\nint b;\n```\n' # exempts one
expect 1 '```cpp\nint a = 1;\nif (a) {\n```\n'                    # a line was left out
expect 1 '```cpp\nint a = 1;\n\n  if (a) {\n```\n'                # another indentation
expect 1 '```cpp\nint a\n```\n'                                   # a part of a line
expect 1 '```cpp\n```\n'
grep -q 'README.md:1: stands in no file' "$root/output" || { echo "the place is not named" && exit 1; }
