# What the scripts need of the machine, and how it gets there. Sourced by ./paydesk and scripts/test.sh,
# with the repository's root as the working directory.

target=${CARGO_TARGET_DIR:-$PWD/target}
cache=$PWD/.cache

say() { printf 'paydesk: %s\n' "$*" >&2; }

# Exit code 3: something is missing that this script may not or cannot install.
stop() {
  say "$*"
  exit 3
}

# at_least HAVE WANT: whether version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# apt_install PACKAGE...: installs Debian packages; 1 if it cannot, having said how a person can.
apt_install() {
  if ! command -v apt-get >/dev/null; then
    say "please install: $* (this machine has no apt-get, so Paydesk cannot)"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    say "please run:  sudo apt-get install -y --no-install-recommends $*"
    return 1
  fi
  say "installing Debian packages: $*"
  local apt="apt-get -o DPkg::Lock::Timeout=300 -y -q"
  # Two installers at once can remove each other's temporary files; the second try then works.
  for _ in 1 2; do
    $apt update >/dev/null && DEBIAN_FRONTEND=noninteractive $apt install --no-install-recommends "$@" >/dev/null && return 0
    sleep 3
  done
  say "apt-get could not install: $*"
  return 1
}

# Rust and Node come with the machine; the C compiler and linker are installed if missing.
need_build_tools() {
  command -v cargo >/dev/null || stop "Rust 1.94 or newer is needed (the rustup installer brings it); cargo was not found"
  local rust
  rust=$(rustc --version | cut -d' ' -f2)
  at_least "$rust" 1.94 || stop "Rust 1.94 or newer is needed; this is $rust. Run:  rustup update stable"
  command -v cc >/dev/null || apt_install build-essential pkg-config ca-certificates || exit 3
}

# What breaks disks and links. Without it those parts are skipped, and say so.
need_torture_tools() {
  local missing=()
  command -v nft >/dev/null || missing+=(nftables)
  command -v ip >/dev/null && command -v tc >/dev/null || missing+=(iproute2)
  command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}" || true
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null || stop "Node 20.19 or newer with npm is needed and was not found"
  local node
  node=$(node --version | tr -d v)
  at_least "$node" 20.19 || stop "Node 20.19 or newer is needed; this is $node"
}

# npm_install FOLDER: the packages its lock file names, if they are not there already.
npm_install() {
  need_node
  local stamp=$1/node_modules/.paydesk-lock
  cmp -s "$1/package-lock.json" "$stamp" && return 0
  say "installing the npm packages of $1"
  npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >&2
  cp "$1/package-lock.json" "$stamp"
}

# The web pages, if any source is newer than the last build.
build_web() {
  local built=$cache/web-built
  if [ -f "$built" ] && [ -f web/dist/till.html ] && [ -z "$(find web shell/api/openapi.json -newer "$built" -type f \
    -not -path 'web/dist/*' -not -path 'web/node_modules/*' -print -quit)" ]; then
    return 0
  fi
  npm_install web
  say "building the web pages"
  npm run --silent --prefix web build >&2
  mkdir -p "$cache" && touch "$built"
}

# binary PROFILE: where cargo puts it.
binary() {
  case "$1" in
    dev) echo "$target/debug/paydesk" ;;
    *) echo "$target/$1/paydesk" ;;
  esac
}

# build_binary PROFILE: cargo decides what is out of date. The first build takes some minutes.
build_binary() {
  [ -x "$(binary "$1")" ] || say "building the binary (profile $1); the first time this takes some minutes"
  cargo build --quiet --locked -p paydesk --profile "$1" >&2
}

# need_chromium: a Chromium for the page tests, installed with a Chinese font if missing.
need_chromium() {
  if [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ]; then return 0; fi
  CHROMIUM=$(command -v chromium || command -v chromium-browser || true)
  if [ -z "$CHROMIUM" ] || ! has_chinese_font; then
    apt_install chromium fonts-noto-cjk || return 1
    CHROMIUM=$(command -v chromium)
  fi
  export CHROMIUM
}

has_chinese_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null | head -n1)" ]; }

# need_python_venv NAME REQUIREMENTS: a virtual environment under .cache/ with those packages; prints nothing.
# Afterwards $cache/NAME/bin/python runs them.
need_python_venv() {
  local home=$cache/$1 requirements=$2
  cmp -s "$requirements" "$home/.requirements" && return 0
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null ||
    apt_install python3 python3-venv || return 1
  say "installing the Python packages of $requirements"
  rm -rf "$home"
  mkdir -p "$cache"
  python3 -m venv "$home" &&
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2 &&
    cp "$requirements" "$home/.requirements"
}

# need_postgres: PostgreSQL's server programs, installed if missing. No server is started; whoever needs one starts
# its own (scripts/postgres.sh).
need_postgres() {
  has_postgres && return 0
  # The package would make a cluster and start it, unless its common part is told otherwise first.
  apt_install postgresql-common || return 1
  sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  apt_install postgresql && has_postgres
}

has_postgres() {
  command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}
