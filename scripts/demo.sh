#!/usr/bin/env bash
# What `make demo` shows, in commands that anybody could type.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

show() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

show 'tapgen render --all'
# An embedded AWS; dev deployed by a change set; a request over HTTP; the stored item read back from the table; and the
# same deployment again, as a command of its own, which finds nothing to change.
show 'tapgen local --env dev --request "GET /item" --items Item -- tapgen deploy --env dev --yes'
