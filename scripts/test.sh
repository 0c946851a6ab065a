#!/usr/bin/env bash
# Everything CI runs, in order. Ends with one line: "N passed, N failed" (and ", N skipped" if any).
# Each part either ends with such a line itself, is cargo's or vitest's report, or counts as one by its exit code.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/needs.sh

quick=
case "${1:-}" in
  "") ;;
  --quick) quick=1 ;;
  *)
    echo "usage: ./paydesk test [--quick]     --quick leaves out other people's clients, the browser and the kill -9 run" >&2
    exit 2
    ;;
esac

export CARGO_TERM_PROGRESS_WHEN=never
logs=$target/paydesk-test
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# counts LOG EXIT: "passed failed skipped" of one part.
counts() {
  awk -v exit_code="$2" '
    { gsub(/\033\[[0-9;]*m/, "") }
    /^test result: / {
      for (i = 1; i <= NF; i++) {
        if ($i == "passed;") p += $(i - 1)
        if ($i == "failed;") f += $(i - 1)
        if ($i == "ignored;") s += $(i - 1)
      }
      seen = 1
    }
    /^ +Tests +.*\([0-9]+\)$/ {
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^passed/) p += $(i - 1)
        if ($i ~ /^failed/) f += $(i - 1)
        if ($i ~ /^skipped/) s += $(i - 1)
      }
      seen = 1
    }
    # Scripts made of scripts print the sum last.
    /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { sum_p = $1; sum_f = $3; sum_s = $5; seen = 1 }
    END {
      p += sum_p; f += sum_f; s += sum_s
      if (!seen) { p = exit_code == 0; f = exit_code != 0 }
      if (exit_code != 0 && f == 0) f = 1
      print p + 0, f + 0, s + 0
    }' "$1"
}

# tell NAME EXIT SECONDS: counts a part that has ended, from its log.
tell() {
  local p f s
  read -r p f s < <(counts "$logs/$1.log" "$2")
  printf '== %s: %d passed, %d failed, %d skipped; %d s\n' "$1" "$p" "$f" "$s" "$3"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# part NAME COMMAND...: runs it, shows it, counts it.
part() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$logs/$name.log"
  tell "$name" "${PIPESTATUS[0]}" $((SECONDS - start))
}

# beside NAME COMMAND...: begins a part that mostly waits. `meet` shows and counts all that were begun so.
begun=()
beside() {
  local name=$1
  shift
  begun+=("$name")
  (
    start=$SECONDS
    "$@" >"$logs/$name.log" 2>&1 </dev/null
    echo "$? $((SECONDS - start))" >"$logs/$name.end"
  ) &
}

meet() {
  local name code took
  [ ${#begun[@]} -gt 0 ] || return 0
  printf '\nwaiting for: %s\n' "${begun[*]}"
  wait
  for name in "${begun[@]}"; do
    printf '\n== %s\n' "$name"
    cat "$logs/$name.log"
    read -r code took <"$logs/$name.end"
    tell "$name" "$code" "$took"
  done
  begun=()
}

# skip NAME WHY: a part that cannot run here, said and counted.
skip() {
  printf '\n== %s\nSKIPPED: %s\n' "$1" "$2"
  skipped=$((skipped + 1))
}

rust_tests() { cargo test --workspace --locked --no-fail-fast -q; }
lint() { cargo clippy --workspace --all-targets --locked -q -- -D warnings; }

# From here on the binary is the one that the tests were built with: an optimized one would compile everything once more,
# which takes longer than all that is gained by it.

# What is generated from the handlers is what is checked in.
openapi_fresh() {
  "$(binary dev)" openapi >"$logs/openapi.json" && cmp "$logs/openapi.json" shell/api/openapi.json ||
    { echo "shell/api/openapi.json is stale; run:  ./paydesk openapi > shell/api/openapi.json"; return 1; }
}

world() { "$(binary dev)" sim --payments "$1" --json; }

# Without the QR reader the printer's checks are skipped, and say so.
python_outsiders() {
  command -v zbarimg >/dev/null || apt_install zbar-tools || true
  need_python_venv wallets tests/outsiders/requirements.txt
}

outsiders() {
  PAYDESK=$(binary dev) PYTHON=$cache/wallets/bin/python tests/outsiders/run.sh
}

# torture HOW TIMES [OPTION...]: short; what a machine lacks is skipped and counted by the script itself.
torture() { PAYDESK=$(binary dev) python3 tests/torture "$1" --times "$2" "${@:3}"; }

tills() { PAYDESK=$(binary dev) python3 tests/torture/tills.py --kills 4; }

browser() { PAYDESK=$(binary dev) scripts/browser.sh; }

# In a function, so that the script may change while it runs.
main() {
  need_build_tools
  part fmt cargo fmt --all --check
  # The pages first: the binary contains them.
  if npm_install web; then
    part web-typecheck npm run --silent --prefix web typecheck
    part web-client npm run --silent --prefix web gen:check
    part web-tests npm run --silent --prefix web test
    part web-build build_web
  else
    skip web "the web packages could not be installed"
  fi
  part clippy lint
  # The store's tests run once more on a PostgreSQL that they start themselves.
  [ -n "${PAYDESK_POSTGRES:-}" ] || need_postgres || skip postgres "PostgreSQL could not be installed"
  part rust rust_tests
  part tidy cargo run -q --locked -p xtask -- tidy
  part openapi openapi_fresh
  part sim world "$([ -n "$quick" ] && echo 20000 || echo 200000)"
  if [ -z "$quick" ]; then
    # The printer's outsiders look at pictures in it too.
    need_chromium && chromium=1 || chromium=
    # What follows waits for time-outs most of the time, each part in a shop of its own.
    if python_outsiders && npm_install tests/outsiders; then
      beside outsiders outsiders
    else
      skip outsiders "the third-party clients could not be installed"
    fi
    if command -v python3 >/dev/null; then
      need_torture_tools
      beside kill-9 torture kill 50
      beside tills tills
      beside power-cuts torture power 10
      beside disk-errors torture disk 5
      beside broken-links torture links 8
      beside two-servers torture nodes 4 --database postgres --tills 6
    else
      skip torture "there is no python3"
    fi
    meet
    if [ -n "$chromium" ]; then part browser browser; else skip browser "there is no Chromium"; fi
  fi

  printf '\n'
  if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
  else
    echo "$passed passed, $failed failed"
  fi
  [ "$failed" -eq 0 ]
}

main
exit
