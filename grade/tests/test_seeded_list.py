# SPDX-License-Identifier: MIT
"""The list of seeded faults (grade/seeded), and where their places are found in the sources.

Shows Z5.
"""

import textwrap
from pathlib import Path

import pytest

from glenda import paths
from seeded.check import Check
from seeded.faults import BadList, BootClaim, Fault, GradeClaim, UnitClaim, load
from seeded.source import NotFound, find_body, replace_body, replace_text

# --- finding what is replaced -----------------------------------------------------------------------------

SOURCE = textwrap.dedent('''\
    // int one() { is not here }
    int one();
    struct Slot {
        bool is_empty() const { return cap == '{' || count == 100'000; }
        void clear();
    };
    [[gnu::noinline]] int one() {
        const char* text = "}} // no comment";
        if (text[0] == '}') { return R"(}}})"[0]; }  /* } */
        return 1;
    }
    void Slot::clear() { }
    int two(int a,
            int b) {
        return a + b;
    }
    int twice() { return 1; }
    int twice() { return 2; }
    int open() { {
    ''')


@pytest.mark.parametrize(("signature", "line", "body"), [
    ("int one()", 7, None),
    ("bool is_empty() const", 4, " return cap == '{' || count == 100'000; "),
    ("void Slot::clear()", 12, " "),
    ("int two(int a, int b)", 13, "\n    return a + b;\n"),
    ("int  two( int a,int b )", 13, "\n    return a + b;\n"),
])
def test_bodies_are_found(signature: str, line: int, body: str | None) -> None:
    found = find_body(SOURCE, signature, "x.cc")
    assert found.line == line
    if body is not None:
        assert SOURCE[found.begin:found.end] == body


def test_a_body_ends_where_its_own_braces_close() -> None:
    text, line = replace_body(SOURCE, "int one()", "return 0;", "x.cc")
    assert "[[gnu::noinline]] int one() {\nreturn 0;\n}\nvoid Slot::clear() { }" in text
    assert line == 7


@pytest.mark.parametrize(("signature", "reason"), [
    ("int none()", "x.cc:1: no definition of `int none()`: nothing of that name is there"),
    ("void clear()", "x.cc:5: no definition of `void clear()`: line 5 goes on with `;`, not with a body"),
    ("int two(int a)", "x.cc:13: no definition of `int two(int a)`: two( stands with another signature in line 13"),
    ("int twice()", "x.cc:18: `int twice()` is defined more than once: lines 17, 18"),
    ("int open()", "x.cc:19: the braces of `int open()` do not close"),
    ("wo(int a, int b)", "x.cc:1: no definition of `wo(int a, int b)`: nothing of that name is there"),
])
def test_a_body_that_is_not_there_once_is_refused(signature: str, reason: str) -> None:
    with pytest.raises(NotFound) as refused:
        find_body(SOURCE, signature, "x.cc")
    assert str(refused.value) == reason


def test_a_text_is_replaced_where_it_stands_once() -> None:
    assert replace_text("a\nb c\n", "b ", "", "x.S") == ("a\nc\n", 2)
    with pytest.raises(NotFound, match=r"^x.S:1: `d` does not stand there$"):
        replace_text("a\nb\n", "d", "", "x.S")
    with pytest.raises(NotFound, match=r"^x.S:3: `b` stands there 2 times, first in line 2$"):
        replace_text("a\nb\nb\n", "b", "", "x.S")


# --- the list ---------------------------------------------------------------------------------------------

GOOD = 'id = "x"\nfile = "a.cc"\nfunction = "int a()"\nstub = ""\n'


def load_text(folder: Path, text: str) -> list[Fault]:
    path = folder / "list.toml"
    path.write_text(text)
    return load(path)


def test_a_list_is_read(tmp_path: Path) -> None:
    stub, mutant = load_text(tmp_path, f'[[fault]]\n{GOOD}unit = ["A.*"]\nboots = ["p", {{program = "q", harts = 2}}]\n'
                                       'tests = ["t.py::a"]\n'
                                       '[[fault]]\nid = "y"\nfile = "b.S"\nfind = "c"\nreplace = ""\nunit = ["B.C"]\n')
    assert stub.claims == (UnitClaim("A.*"), BootClaim("p"), BootClaim("q", harts=2), GradeClaim("t.py::a"))
    assert stub.apply("int a() { return 1; }") == ("int a() {\n\n}", 1)
    assert mutant.apply("abc") == ("ab", 1)


@pytest.mark.parametrize(("text", "reason"), [
    ("", "there are no faults in it"),
    ("[[fault]\n", "list.toml: "),
    ('[[fault]]\nfile = "a"\n', "fault 1: `id` is missing"),
    (f'[[fault]]\n{GOOD}', "fault x: no test claims it"),
    (f'[[fault]]\n{GOOD}unit = ["A"]\nunits = []\n', "fault x: unknown key units"),
    (f'[[fault]]\n{GOOD}unit = ["A"]\nfind = ""\n', "fault x: give `function` and `stub`, or `find` and `replace`"),
    ('[[fault]]\nid = "x"\nfile = "a"\nfind = ""\nunit = ["A"]\n', "fault x: give `function` and `stub`"),
    ('[[fault]]\nid = "x"\nfind = ""\nreplace = ""\nunit = ["A"]\n', "fault x: `file` is missing"),
    (f'[[fault]]\n{GOOD}boots = [{{harts = 2}}]\n', "fault x: a boot is the name of a program"),
    (f'[[fault]]\n{GOOD}boots = [{{program = "p", hart = 2}}]\n', "fault x: a boot has no key hart"),
    (f'[[fault]]\n{GOOD}unit = ["A"]\n[[fault]]\n{GOOD}unit = ["A"]\n', "fault x: the id is there twice"),
])
def test_a_wrong_list_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BadList) as refused:
        load_text(tmp_path, text)
    assert reason in str(refused.value)


def test_the_kernels_list_fits_the_tree(tmp_path: Path) -> None:
    """A function that was renamed, or a test, is noticed here and not when the list is run."""
    Check(load(paths.ROOT / "grade/seeded/kernel.toml"), paths.ROOT, tmp_path).validate()
