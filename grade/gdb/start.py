# SPDX-License-Identifier: MIT
"""Loads the commands and printers for Glenda into GDB. The file .gdbinit sources it.

    memory      the machine's memory, whatever the harts are doing
    kernel      the kernel's types and variables
    capability  a capability in one line        tree      all slots, and the derivation tree
    thread      threads and harts               symbols   names of addresses in any program
    page_table  Sv39                            printers  how `print` shows the kernel's types
    command     the base of all commands        *_command(s)  the commands
"""

import locale
import os
import sys
import textwrap

import gdb

sys.dont_write_bytecode = True      # nothing is written outside build/
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# In the locale C, GDB would refuse all names outside ASCII, including that of this folder.
if locale.nl_langinfo(locale.CODESET) == "ANSI_X3.4-1968":
    gdb.execute("set host-charset UTF-8")

import command, printers                                                                # noqa: E402, F401
import thread_commands, cap_commands, space_command, ipc_commands, program_commands     # noqa: E401, E402, F401
import symbols, trace_commands                                                          # noqa: E401, E402, F401

try:
    gdb.execute(f"file {symbols.quoted(symbols.KERNEL)}")
except gdb.error as error:
    print(f"{error} Run `make` first.")

print(textwrap.fill(f"Glenda: {', '.join(command.offered())}. `glenda help` explains them. `continue` lets the system run; "
                    "Ctrl-C stops it.", 105))
