#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what the project needs from Debian, and the packages that are named as arguments. Does nothing when everything
# is there. It is a script of the plain shell, for a system that does not even have make.
set -eu

PACKAGES='make git g++ g++-riscv64-linux-gnu qemu-system-misc qemu-utils opensbi device-tree-compiler gdb-multiarch libgtest-dev clang-format
python3 python3-pytest python3-pytest-xdist python3-pexpect python3-pyelftools
bubblewrap parallel'

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This script knows Debian (and Ubuntu) only. On this system, please install:"
    echo "  GNU make 4.3, GCC 12 or later for C++ with AddressSanitizer, GoogleTest, clang-format 14 (only to lay sources out)"
    echo "  a GCC 12 or later cross compiler called riscv64-linux-gnu-g++, with its C++ library's headers"
    echo "  QEMU 7.2 or later with qemu-system-riscv64, qemu-img and OpenSBI; GDB with RISC-V support (gdb-multiarch); the device tree compiler dtc"
    echo "  Python 3.11 or later with pytest, pytest-xdist, pexpect, pyelftools; git; for a class: bubblewrap, GNU parallel"
    exit 1
fi

missing=
for package in $PACKAGES "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "All packages are installed."
    exit 0
fi

echo "Installing with apt-get:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "This needs root, and there is no sudo. As root, please run:"
        echo "  apt-get update && apt-get install --no-install-recommends$missing"
        exit 1
    fi
    as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -y -q --no-install-recommends $missing
