# SPDX-License-Identifier: MIT
# GDB for Glenda. `make gdb` loads it; by hand: gdb-multiarch -x .gdbinit, in this folder.
set architecture riscv:rv64
set confirm off
set pagination off
set print pretty on
set history save off
source grade/gdb/start.py
