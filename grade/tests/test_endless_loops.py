# SPDX-License-Identifier: MIT
"""A loop that never ends stays in the kernel and in the programs, so that it hangs and the grader names it."""

import subprocess

import pytest

from glenda.paths import ROOT

# The language lets a compiler take these away, because they have no effect but not to end. GCC does, from -O2 on.
SOURCE = """
struct Node { Node* next; };
int follow(Node* node) { while (node) node = node->next; return 7; }
int shift(unsigned long bits) { while (bits) bits = bits << 1 | 1; return 7; }
int stay() { for (;;) {} return 7; }
"""


@pytest.mark.parametrize("flags", ["$(KERNEL_FLAGS)", "$(USER_FLAGS)"])
def test_the_compiler_keeps_them(flags: str) -> None:
    told = subprocess.run(["make", "-s", f"--eval=show: ; @echo '$(CXX_RISCV) {flags}'", "show"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout.split()
    command = [word for word in told if word not in ("-MMD", "-MP")]
    assembly = subprocess.run([*command, "-S", "-x", "c++", "-", "-o", "-"], cwd=ROOT, input=SOURCE, check=True,
                              capture_output=True, text=True).stdout
    functions = [part.partition(".size")[0] for part in assembly.split(".type\t")[1:]]
    jumps = [any(line.split()[:1] in (["j"], ["bne"], ["beq"]) for line in function.splitlines()) for function in functions]
    assert jumps == [True, True, True], assembly
