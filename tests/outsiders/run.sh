#!/usr/bin/env bash
# Clients and verifiers written by others against our simulators on real ports.
# PAYDESK names the binary, PYTHON an interpreter with requirements.txt installed; the npm packages of this
# folder are installed. Ends with the line "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")"

folder=$(mktemp -d)
pids=()
stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$folder"
}
trap stop EXIT

# start NAME KIND ...: a simulator on a free port; returns once it has said where it listens.
start() {
  local name=$1
  shift
  "$PAYDESK" simulate "$@" >"$folder/$name.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    grep -q 'listens on' "$folder/$name.log" && return 0
    sleep 0.1
  done
  cat "$folder/$name.log"
  echo "FAILED - the simulator $name did not start"
  return 1
}

start wechat wechat --port 0 --credentials "$folder/wechat.json" || exit 1
start certified wechat --certificates --port 0 --credentials "$folder/certified.json" || exit 1
start secret wechat --tls --port 0 --credentials "$folder/secret.json" || exit 1
start alipay alipay --port 0 --credentials "$folder/alipay.json" || exit 1
start unionpay unionpay --port 0 --credentials "$folder/unionpay.json" || exit 1
start jd jd --port 0 --credentials "$folder/jd.json" || exit 1
start lakala lakala --port 0 --credentials "$folder/lakala.json" || exit 1
start printer printer --port 0 --profile epson-58 || exit 1
printer=$(sed -n 's/.*listens on //p' "$folder/printer.log")

# run NAME COMMAND...: one outsider; a script that dies without its last line counts as one failure.
run() {
  local name=$1
  shift
  "$@" 2>&1 | tee "$folder/$name.out"
  grep -qE '^[0-9]+ passed, [0-9]+ failed' "$folder/$name.out" ||
    echo "0 passed, 1 failed, 0 skipped" >>"$folder/$name.out"
}

run wechatpayv3 "$PYTHON" wechat.py "$folder/wechat.json"
run certificates "$PYTHON" wechat_certificates.py "$folder/certified.json"
run python-alipay-sdk "$PYTHON" alipay_python.py "$folder/alipay.json"
run npm node wallets.mjs "$folder/wechat.json" "$folder/alipay.json"
node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).tls_authority_pem' \
  "$folder/secret.json" >"$folder/authority.pem"
NODE_EXTRA_CA_CERTS="$folder/authority.pem" \
  run protocols node protocols.mjs "$folder/secret.json" "$folder/alipay.json"
run connectors "$PYTHON" connectors.py "$PAYDESK" "$folder/wechat.json" "$folder/alipay.json"
run unionpay "$PYTHON" unionpay.py "$PAYDESK" "$folder/unionpay.json"
run jd "$PYTHON" jd.py "$PAYDESK" "$folder/jd.json"
run lakala "$PYTHON" lakala.py "$PAYDESK" "$folder/lakala.json"
run webhooks "$PYTHON" webhooks.py "$PAYDESK" "$folder/wechat.json"
run iso8583 "$PYTHON" iso8583_codec.py
run card "$PYTHON" card_crypto.py
run printer python3 printer.py --virtual "$printer"

awk '/^[0-9]+ passed, [0-9]+ failed/ { p += $1; f += $3; s += $5 }
     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' "$folder"/*.out
