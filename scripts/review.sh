#!/usr/bin/env bash
# What the pull request's comment says, here: render, check, and the difference from the base branch.
# BASE names the branch (default: origin/main, or main where there is no remote).
# OUTPUT takes the Markdown; default: the terminal shows text.
set -euo pipefail

base="${BASE:-}"
if [[ -z "$base" ]]; then
  base=main
  if git rev-parse --verify --quiet origin/main >/dev/null; then base=origin/main; fi
fi

failed=0
tapgen render --all --check >/dev/null || failed=$?
tapgen check --all --fail-on error || failed=$?

if [[ -n "${OUTPUT:-}" ]]; then
  tapgen diff --all --rev "$base" --merge-base --format markdown >"$OUTPUT"
else
  tapgen diff --all --rev "$base" --merge-base
fi
exit "$failed"
