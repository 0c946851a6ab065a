#!/usr/bin/env bash
# scripts/postgres.sh [--durable|--standby]: a PostgreSQL server of its own, for as long as standard input stays open.
#
# Prints two lines when it is ready: the address over a Unix socket, then over TCP. Its data lie in a temporary
# folder that is removed at the end. Without --durable it does not wait for the disk (tests need no power cuts).
# With --standby it is a replica, which can only be read.
# Exit code 3: there is no PostgreSQL here.
set -uo pipefail

durable=
[ "${1:-}" = --durable ] && durable=1
standby=
[ "${1:-}" = --standby ] && standby=1

bin=$(dirname "$(readlink -f "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n1)")")
[ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] || { echo "PostgreSQL's server programs (initdb, postgres) were not found" >&2; exit 3; }

# PostgreSQL refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || { echo "there is no user postgres, and PostgreSQL does not run as root" >&2; exit 3; }
  as="setpriv --reuid postgres --regid postgres --init-groups"
fi

home=$(mktemp -d /tmp/paydesk-pg-XXXXXX)
[ -z "$as" ] || chown postgres "$home"
server=
finish() {
  [ -z "$server" ] || { kill -INT "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
  rm -rf "$home"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

cd "$home" || exit 1
$as "$bin/initdb" -D "$home/data" -U paydesk -A trust -E UTF8 --no-locale --no-sync >"$home/log" 2>&1 </dev/null ||
  { cat "$home/log" >&2; exit 1; }

fast="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ -z "$durable" ] || fast=
if [ -n "$standby" ]; then
  # A database whose name is the user's, made before anybody may write no more.
  echo "CREATE DATABASE paydesk;" | $as "$bin/postgres" --single -D "$home/data" postgres >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 1; }
  $as touch "$home/data/standby.signal" || exit 1
fi
for _ in 1 2 3 4 5 6 7 8 9; do
  port=$((20000 + RANDOM % 12000))
  # shellcheck disable=SC2086
  $as "$bin/postgres" -D "$home/data" -p "$port" -k "$home" -c listen_addresses=127.0.0.1 -c max_connections=300 \
    -c shared_buffers=64MB -c max_wal_size=1GB $fast >"$home/log" 2>&1 </dev/null &
  server=$!
  for _ in $(seq 300); do
    grep -qE 'ready to accept (read-only )?connections' "$home/log" && break 2
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  kill -INT "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
done
[ -n "$server" ] || { cat "$home/log" >&2; exit 1; }

# A database whose name is the user's is there when nobody names one.
[ -n "$standby" ] || echo "CREATE DATABASE paydesk" | $as "$bin/psql" -q -h "$home" -p "$port" -U paydesk -d postgres >/dev/null || exit 1
echo "postgres://paydesk@localhost:$port/paydesk?host=$home"
echo "postgres://paydesk@127.0.0.1:$port/paydesk"
# Whoever started this holds the other end; when it is gone, in whatever way, this ends too.
exec 1>&-
cat >/dev/null
