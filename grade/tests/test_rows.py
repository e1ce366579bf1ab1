# SPDX-License-Identifier: MIT
"""The table of which test shows which capability is current: handouts/reference/tests.md is what the tests say.

After a test has named another row: /usr/bin/python3 grade/handouts/rows.py
"""

from handouts import rows


def test_the_table_is_current() -> None:
    assert rows.PAGE.read_text() == rows.page(rows.capabilities(), rows.found()), "run grade/handouts/rows.py"


def test_only_rows_that_exist_are_named() -> None:
    assert {shown for shown in rows.found() if shown[0] not in rows.known()} == set()


def test_what_the_generator_reads() -> None:
    python = '"""Row F1, a file."""\ndef test_a():\n    """It works. Shows F2, F3."""\ndef test_b():\n    """F11, F1 of a console."""\n'
    assert list(rows.in_python(python, "t.py")) == [("F1", "t.py", ""), ("F2", "t.py", "test_a"), ("F3", "t.py", "test_a")]
    cpp = "// SPDX\n// Shows L2.\n#include <a>\n\n/// K4: a timer.\nvoid timer() {\n// K5: not a test\nint x;\n// K6.\nTEST(A, B) {\n"
    assert list(rows.in_cpp(cpp, "t.cc")) == [("L2", "t.cc", ""), ("K4", "t.cc", "timer"), ("K6", "t.cc", "A.B")]


def test_a_row_without_a_test_is_listed() -> None:
    text = rows.page({"Part": {"A1": "one", "A2": "two"}}, [("A1", "x.py", "test_x"), ("A1", "y.py", "")])
    assert "| A1 | one | `x.py`: `test_x`; `y.py` |\n| A2 | two | **no test yet** |\n" in text
    assert text.endswith("## Without a test\n\nA2.\n")
