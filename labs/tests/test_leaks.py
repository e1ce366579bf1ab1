# SPDX-License-Identifier: MIT
"""Rule L8: nothing of a solution, no secret and no mark is in what students get."""

import pytest
from solved_tree import SolvedTree, complaints, line_of

TOML = "labs/lab2/lab.toml"
SLOT = "kernel/slot.cc"
TWIN = """
/// The twin of take().
void Slot::steal(Slot& source) {
    if (&source == this) return;
    table = source.table;   
    rights = source.rights;

    // The order does not matter.
    parent = source.parent;
}
""".replace("   \n", "\n")


def test_three_lines_of_a_solution_elsewhere(solved: SolvedTree) -> None:
    solved.write("kernel/twin.cc", TWIN)
    line = line_of(solved, SLOT, "table = source.table;")
    assert complaints(solved) == (f"kernel/slot.cc:{line}: L8: three lines of the solution of 2.2a in a row are published in "
                                  "kernel/twin.cc, line 5: make that a hole too, or say in [[given]] why it is shown")
    solved.write(TOML, solved.read(TOML) + '\n[[given]]\nhole = "2.2a"\nfile = "kernel/twin.cc"\nwhy = "steal() is the model"\n')
    assert complaints(solved) == ""
    solved.write("kernel/twin.cc", TWIN.replace("    rights = source.rights;\n", ""))
    assert complaints(solved) == ("labs/lab2/lab.toml:44: L8: nothing of hole 2.2a is shown in kernel/twin.cc: "
                                  "remove this [[given]]")


def test_a_solution_of_lab_1_elsewhere(solved: SolvedTree) -> None:
    solved.write("labs/lab1/solution/1.3.patch", solved.read("labs/lab1/solution/1.3.patch").replace(
        "@@ -0,0 +1,2 @@\n+// Starts a program.\n", "@@ -0,0 +1,5 @@\n+// Starts a program.\n"
        "+int first_line_of_it();\n+int second_line_of_it();\n+int third_line_of_it();\n"))
    assert complaints(solved) == ""
    solved.write("kernel/copy.h", "int first_line_of_it();\nint second_line_of_it();\nint third_line_of_it();\n")
    assert ("labs/lab1/solution: L8: three lines of the solution of lab1 in a row are published in kernel/copy.h, line 1"
            in complaints(solved))


@pytest.mark.parametrize("text, reason", [
    ("// See solutions/lab2/answers.md.\n", "1: L8: this has a path of solutions/: solutions/lab2"),
    ("int x;\n// queue_hidden\n", "2: L8: this has the name of a hidden test: queue_hidden"),
])
def test_secrets(solved: SolvedTree, text: str, reason: str) -> None:
    solved.write("kernel/secret.h", text)
    assert complaints(solved) == f"kernel/secret.h:{reason}"


def test_a_mark_in_a_file_of_the_overlay(solved: SolvedTree) -> None:
    solved.write("labs/lab2/tree/kernel/more.h", "// lab 2.9a {\n// lab 2.9a }\n")
    assert "kernel/more.h:1: L8: this looks like a mark" in complaints(solved)


def test_a_binary_with_debug_information(solved: SolvedTree) -> None:
    (solved.root / "kernel/prebuilt").write_bytes(b"\x7fELF\0\0 .text .debug_info\0")
    assert complaints(solved) == "kernel/prebuilt: L8: this binary has debug information; strip it"
    (solved.root / "kernel/prebuilt").write_bytes(b"\x7fELF\0\0 .text\0")
    assert complaints(solved) == ""
