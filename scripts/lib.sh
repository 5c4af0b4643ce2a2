# shellcheck shell=bash
# What the scripts share. Sourced by them, never run.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin # `ip` lives there, and not on everybody's path
compiler=${CXX:-g++}

# Debian's packages that dabba-server is built with.
build_packages=(g++ cmake ninja-build libasio-dev libfmt-dev libxxhash-dev libjemalloc-dev
    libssl-dev liblua5.1-0-dev nettle-dev librestinio-dev libhttp-parser-dev nlohmann-json3-dev)

# What its web console is built with. Without them there is a server all the same.
console_packages=(nodejs npm)

# Colours only for a person at a terminal.
if [[ -t 1 && -z ${CI:-} && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

has_header() {
    if ! command -v "$compiler"; then # then there is no compiler to ask
        [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]]
        return
    fi
    printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$1" | "$compiler" -E -x c++ - -o /dev/null
}

has_library() {
    local found
    found=$(find /usr/lib /usr/local/lib -name "$1" -print -quit 2>/dev/null)
    [[ -n $found ]]
}

# Whether what a Debian package is wanted for is here, wherever it came from.
is_here() {
    case $1 in
        g++) command -v "$compiler" ;;
        ninja-build) command -v ninja ;;
        libasio-dev) has_header asio.hpp ;;
        libssl-dev) has_header openssl/ssl.h && has_library 'libssl.*' ;;
        libfmt-dev) has_header fmt/core.h ;;
        libxxhash-dev) has_header xxhash.h ;;
        libjemalloc-dev) has_header jemalloc/jemalloc.h ;;
        liblua5.1-0-dev) has_header lua5.1/lua.hpp && has_library liblua5.1-c++.a ;;
        nettle-dev) has_header nettle/sha1.h ;;
        librestinio-dev) has_header restinio/version.hpp ;;
        libhttp-parser-dev) has_header http_parser.h && has_library 'libhttp_parser.*' ;;
        nlohmann-json3-dev) has_header nlohmann/json_fwd.hpp ;;
        libhiredis-dev) has_header hiredis/hiredis.h ;;
        catch2) has_header catch2/catch.hpp ;;
        redis-tools) command -v redis-cli ;;
        nodejs) command -v node ;;
        dpkg-dev) command -v dpkg-shlibdeps ;;
        chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
        iproute2) command -v ip ;;
        php-cli) command -v php ;;
        php-nrk-predis) php -r 'require "Predis/autoload.php";' ;;
        ruby-sidekiq) ruby -e 'require "sidekiq"' ;;
        libtest-redisserver-perl) perl -MTest::RedisServer -e 1 ;;
        python3-rq) /usr/bin/python3 -c 'import rq' ;;
        python3-kombu) /usr/bin/python3 -c 'import kombu' ;;
        python3-pytest) /usr/bin/python3 -c 'import pytest' ;;
        python3-redis) /usr/bin/python3 -c 'import redis.asyncio' ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

list_missing() {
    local package
    for package in "$@"; do is_here "$package" || echo "$package"; done
}

# require PACKAGE...: installs what is missing, or says what it is and how to get it.
require() {
    local missing
    mapfile -t missing < <(list_missing "$@")
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then as_root=(sudo); fi
    if ! command -v apt-get >/dev/null; then
        fail "Missing: ${missing[*]}" \
            "These are the names of Debian's packages, and there is no apt-get here. Install the same under your" \
            "system's names (C++20 compiler, CMake 3.22, Ninja, Asio 1.22 without Boost, fmt 9, xxHash, jemalloc, OpenSSL 3, Nettle," \
            "RESTinio 0.6, http-parser, nlohmann-json, and Lua 5.1 compiled as C++; for the tests also Catch2 2.13, hiredis, Redis, Node.js, redis-py) and run this again."
    fi
    if ((EUID != 0)) && ! { command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; }; then
        fail "Missing: ${missing[*]}" "Installing them takes root. As root:" "    apt-get install ${missing[*]}" \
            "and run this again."
    fi

    say "Installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install: ${missing[*]}" "Its last words are above. Once they are there, run this again."
    fi
    rm -f "$log"
    hash -r
    [[ " ${missing[*]} " != *" redis-server "* ]] || stop_redis_service "${as_root[@]}"

    mapfile -t missing < <(list_missing "$@")
    ((${#missing[@]} == 0)) || fail "Installed, but still not found: ${missing[*]}"
}

# Debian starts a Redis on port 6379 when it installs one. Only the program was wanted here, and the port is
# where scripts/run listens.
stop_redis_service() {
    "$@" service redis-server stop >/dev/null 2>&1 || true
    if [[ -d /run/systemd/system ]]; then
        "$@" systemctl disable --now redis-server >/dev/null 2>&1 || true
    fi
}

# configure PRESET [CMAKE ARGUMENT...]: quiet unless it fails, or leaves the web console out.
configure() {
    local preset=$1 launcher=() output
    shift
    if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
    if ! output=$(cmake -S "$project" --preset "$preset" "${launcher[@]}" "$@" 2>&1); then
        printf '%s\n' "$output" >&2
        return 1
    fi
    sed -n 's/^-- \(.* without its web console\)$/\1/p' <<<"$output"
}

# build PRESET [TARGET]: with Ninja's own progress, which is silent while it links.
build() {
    if [[ $1 == release && ${2:-dabba-server} == dabba-server ]]; then
        say "Building dabba-server. The last step optimises it as a whole: half a minute without a word"
    fi
    cmake --build "$project/build/$1" --parallel "$(nproc)" ${2:+--target "$2"}
}
