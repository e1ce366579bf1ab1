# SPDX-License-Identifier: MIT
"""Graded host tests and scripts: what becomes of each way to end, and what is compiled again."""

import subprocess
from pathlib import Path

import pytest
from test_lab_grade import FakeLab, lab, unwrapped, without_time  # noqa: F401  (a fixture)

from glenda.paths import ROOT
from lab import build, calls, host, jail

HARNESS = f'''
#include <cstdio>
#include <cstring>
#include <string_view>
#include "{ROOT}/user/tests/common/tag.h"
int thing();
int main(int argc, char** argv) {{
    std::string_view nonce = argc > 1 ? argv[1] + std::strlen("nonce=") : "";
    if (thing() != 7) {{
        std::printf("FAIL one: grade/host/thing.cc:9: thing() == 7\\nktest: 0 passed, 1 failed\\n");
        return 1;
    }}
    std::printf("ok one %016llx\\n", (unsigned long long)glenda::ktest::tag_of(nonce, "one"));
    std::printf("ktest: 1 passed, 0 failed\\n");
}}
'''
# What kernel/thing.cc holds: the verdict, and a piece of what the screen says.
THINGS = {
    "int thing() { return 7; }": ("ok", "5/5"),
    "int thing() { return 8; }": ("WRONG", "grade/host/thing.cc:9  thing() == 7"),
    "int thing() { return nothing; }": ("BUILD", "kernel/thing.cc:1  'nothing' was not declared"),
    "int other() { return 7; }": ("BUILD", "       grade/host/thing.cc:9  undefined reference to `thing()'"),
    'asm("wrong"); int thing() { return 7; }': ("BUILD", "assembly:"),
    "int thing() { int* p = new int; delete p; return *p; }":
        ("PANIC", "kernel/thing.cc:1  AddressSanitizer: heap-use-after-free in thing()"),
    "int thing() { int a[2] = {}; volatile int i = 2; return a[i]; }": ("PANIC", "kernel/thing.cc:1  index 2 out of bounds"),
    "int thing() { volatile int big = 0x7fffffff; return big + 1; }": ("PANIC", "signed integer overflow"),
    "#include <cstdlib>\nint thing() { std::abort(); }":
        ("PANIC", "signal 6: Aborted #0 thing kernel/thing.cc:2 #1 main grade/host/thing.cc:9"),
    "int thing() { for (volatile int i = 0;; i = 1 - i) {} }":
        ("HANG", "busy: not finished after 0.5 s of the processor's time "
                 "#0 thing kernel/thing.cc:1 #1 main grade/host/thing.cc:9"),
    "#include <unistd.h>\nint thing() { pause(); return 7; }":
        ("HANG", "nothing will wake it #0 thing kernel/thing.cc:2 #1 main grade/host/thing.cc:9"),
    "#include <cstdio>\nint thing() { for (;;) std::puts(\"play\"); }": ("HANG", "it prints without end"),
    "#include <cstdlib>\nint thing() { std::exit(0); }": ("ENDED", ""),
    "#include <cstdio>\n#include <cstdlib>\nint thing() { std::puts(\"ok one\\nktest: 1 passed, 0 failed\"); std::exit(0); }":
        ("FORGED", "`ok one`"),
    "#include <cstdio>\n#include <cstdlib>\n"
    "int thing() { std::puts(\"Exercise 2.3 is missing: kernel/thing.cc, thing()\"); std::exit(77); }":
        ("TO DO", "exercise 2.3 is missing (thing, kernel/thing.cc)"),
}


def add_host(lab: FakeLab, thing: str) -> None:  # noqa: F811
    lab.write("grade/host/thing.cc", HARNESS)
    lab.write("kernel/thing.cc", thing)
    if not lab.tests:
        lab.add("thing", kind="host", source="grade/host/thing.cc", files=["kernel/thing.cc"], cases=["one"], limit=0.5)


class Thing:
    """A thing, and what became of it when it was graded for the first time."""

    def __init__(self, name: str, folder: Path) -> None:
        self.lab = FakeLab(folder)
        self.kind, self.words = THINGS[name]
        add_host(self.lab, name)
        self.graded = self.lab.grade()
        self.log = (self.graded.folder / "thing.log").read_text()

    def is_the_same(self, **environment: str) -> bool:
        """Whether another grading tells the same, to the last byte of the transcript."""
        again = self.lab.grade(**environment)
        return (without_time(again.screen) == without_time(self.graded.screen)
                and (again.folder / "thing.log").read_text() == self.log)


def once_a_verdict(all_of: dict[str, tuple[str, str]]) -> list[object]:
    """The others of the same verdict are tried in `make check-long`."""
    first = {verdict: name for name, (verdict, _) in reversed(all_of.items())}
    return [name if first[verdict] == name else pytest.param(name, marks=pytest.mark.long) for name, (verdict, _) in all_of.items()]


@pytest.fixture(scope="module", params=once_a_verdict(THINGS))
def thing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Thing:
    return Thing(request.param, tmp_path_factory.mktemp("thing"))


def test_host(thing: Thing) -> None:
    assert thing.graded.tests["thing"]["extra_data"]["kind"] == thing.kind
    assert unwrapped(thing.words) in unwrapped(thing.graded.screen)
    assert thing.graded.status == 0
    assert thing.is_the_same()


GIVEN_UP = f"""#include "{ROOT}/grade/host/check.h"
int thing();
void first() {{ EXPECT(true); }}
void second() {{ EXPECT(thing() == 7); }}
int main(int argc, char** argv) {{ return glenda::host::run_cases(argc, argv, {{{{"first", first}}, {{"second", second}}}}); }}
"""


def test_no_address_of_code_stays_in_what_a_sanitizer_told() -> None:
    """A loop is stopped at another instruction each time: only its line says something, and its transcript stays the same."""
    told = ("==pid==ERROR: AddressSanitizer: ABRT (pc 0x55555555698d bp 0x7fffff...... sp 0x7fffff...... T0)\n"
            "    #0 0x555555556996 in thing kernel/thing.cc:1\n    #10 0x5555555569aa in main grade/host/thing.cc:9\n")
    assert host.CODE.sub("0x...", told) == (
        "==pid==ERROR: AddressSanitizer: ABRT (pc 0x... bp 0x7fffff...... sp 0x7fffff...... T0)\n"
        "    #0 0x... in thing kernel/thing.cc:1\n    #10 0x... in main grade/host/thing.cc:9\n")


def test_a_case_that_never_ends(lab: FakeLab) -> None:  # noqa: F811
    """check.h ends it: a hang with place, case and stack, and no wrong result."""
    lab.write("grade/host/thing.cc", GIVEN_UP)
    lab.write("kernel/thing.cc", "int turn() { for (volatile int i = 0;; i = 1 - i) {} }\nint thing() { return turn() + 1; }")
    lab.add("thing", kind="host", source="grade/host/thing.cc", files=["kernel/thing.cc"], cases=["first", "second"], limit=10.0)
    graded = lab.grade()
    assert graded.tests["thing"]["extra_data"]["kind"] == "HANG"
    assert ("does not come to an end, in case second #0 turn kernel/thing.cc:1 #1 thing kernel/thing.cc:2 "
            "#2 second grade/host/thing.cc:4 #3 ") in unwrapped(graded.screen)


@pytest.fixture(scope="module")
def jail_works() -> None:
    done = subprocess.run([*jail.COMMAND, "--", "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"bubblewrap cannot work here: {done.stderr.strip()}")


@pytest.mark.usefixtures("jail_works")
def test_in_a_class_it_is_the_same(thing: Thing) -> None:
    """Though it runs in a jail there."""
    assert thing.is_the_same(GLENDA_HOST_SANDBOX="1")


# What a test has no business to do, as the body of thing(), which says afterwards that all is well.
NO_BUSINESS = {
    "deletes": 'system("rm -rf .");', "deletes itself": 'unlink("kernel/thing.cc");', "forks": "fork();",
    "a daemon": "setsid(); daemon(0, 0);", "network": "socket(AF_INET, SOCK_STREAM, 0);", "kills": "kill(-1, SIGKILL);",
    "writes": 'creat("/tmp/here", 0600);', "opens to write": 'open("results.json", O_WRONLY);', "spawns": "pid_t p; char* a[] = {0}; posix_spawn(&p, \"/bin/true\", 0, 0, a, a);",
    "another program": 'execl("/bin/rm", "rm", "-rf", "kernel", nullptr);', "by hand": 'asm volatile("syscall" : : "a"(57) : "rcx", "r11", "memory");',
    "in 32 bits": 'asm volatile("int $0x80" : : "a"(2) : "memory");',
}


@pytest.mark.usefixtures("jail_works")
@pytest.mark.skipif(not calls.rules(), reason="no filter for this processor")
@pytest.mark.parametrize("does", [does if does in ("deletes", "forks", "network", "by hand") else
                                  pytest.param(does, marks=pytest.mark.long) for does in NO_BUSINESS])
def test_what_no_test_needs_ends_it(lab: FakeLab, does: str) -> None:  # noqa: F811
    add_host(lab, "\n".join(f"#include <{name}>" for name in ("cstdlib", "unistd.h", "fcntl.h", "signal.h", "spawn.h", "sys/socket.h")) +
             f"\nint thing() {{ {NO_BUSINESS[does]} return 7; }}")
    graded = lab.grade(GLENDA_HOST_SANDBOX="1")
    test = graded.tests["thing"]
    assert test["score"] == 0 and test["extra_data"]["kind"] == "PANIC" and test["output"].startswith(host.CALLED)
    assert (lab.root / "kernel/thing.cc").exists()


@pytest.mark.usefixtures("jail_works")
def test_threads_and_reading_pass_the_filter(lab: FakeLab) -> None:  # noqa: F811
    add_host(lab, "#include <thread>\n#include <cstdio>\nint thing() { std::thread([] {}).join(); return std::fopen(\"kernel/thing.cc\", \"r\") ? 7 : 8; }")
    assert lab.grade(GLENDA_HOST_SANDBOX="1").tests["thing"]["score"] == 5


def test_a_models_headers_come_first(lab: FakeLab) -> None:  # noqa: F811
    """Those of a folder below grade/host, of which the test names a file; those of another folder do not."""
    add_host(lab, '#include "chip/number.h"\nint thing() { return number(); }')
    lab.write("lib/chip/number.h", "int number() { return 8; }")
    lab.write("grade/host/model/chip/number.h", "int model();\nint number() { return model(); }")
    lab.write("grade/host/model/model.cc", "int model() { return 7; }")
    assert lab.grade().tests["thing"]["extra_data"]["kind"] == "WRONG"
    lab.tests = ""
    lab.add("thing", kind="host", source="grade/host/thing.cc", files=["kernel/thing.cc", "grade/host/model/model.cc"],
            cases=["one"], limit=0.5)
    assert lab.grade().tests["thing"]["extra_data"]["kind"] == "ok"


def test_only_what_has_changed_is_compiled(lab: FakeLab) -> None:  # noqa: F811
    add_host(lab, '#include "thing.h"\nint thing() { return kThing; }')
    header = lab.write("kernel/thing.h", "constexpr int kThing = 7;\n")
    calls = lab.root / "calls"
    compiler = lab.write("compiler", f'#!/bin/sh\necho "$*" >> "{calls}"\nexec g++ "$@"\n')
    compiler.chmod(0o755)

    def compiled() -> int:
        calls.write_text("")
        assert lab.grade(GLENDA_HOST_CXX=str(compiler)).status == 0
        return len(calls.read_text().splitlines())

    assert compiled() == 3, "two sources and the program"
    assert compiled() == 0
    header.touch()
    assert compiled() == 0, "contents count, not times"
    header.write_text("constexpr int kThing = 8;\n")
    assert compiled() == 2, "one source, and the program"
    assert lab.grade().tests["thing"]["score"] == 0


SCRIPTS = {
    "assert 'main' in tree.kernel_symbols()\n    assert (tree / 'Makefile').exists()": ("ok", ""),
    "with tree.boot(append=f'root=bin/good case=one nonce={tree.nonce}') as machine:\n        machine.expect('^ok one')":
        ("ok", ""),
    "assert 1 == 2, 'one is not two'": ("WRONG", "grade/labs/lab2_script.py:3  one is not two"),
    "tree.boot(append='root=bin/good').expect('^never')": ("ENDED", "the machine went off"),
    "tree.boot(append='root=bin/busy').expect('^never', within=0.1)": ("HANG", "grade/labs/lab2_script.py:3  busy"),
    "tree.boot(append='root=bin/panic').expect('^never')": ("PANIC", "trap in the kernel"),
    "tree.boot(append='root=bin/todo').expect('^never')": ("TO DO", "exercise 2.3 is missing"),
    "tree.boot(append='root=bin/off').expect('^never')": ("NO BOOT", "no greeting"),
    "tree.boot(append='root=bin/flood').expect('^never')": ("HANG", "it prints without end"),
    "raise KeyError('oops')": ("INFRA", "KeyError: 'oops'"),
}


@pytest.mark.parametrize("body", SCRIPTS)
def test_script(lab: FakeLab, body: str) -> None:  # noqa: F811
    kind, words = SCRIPTS[body]
    lab.write("grade/labs/lab2_script.py", f'"""A script."""\ndef run(tree):\n    {body}\n')
    lab.add("script", kind="script", script="grade/labs/lab2_script.py")
    graded = lab.grade()
    assert graded.tests["script"]["extra_data"]["kind"] == kind and unwrapped(words) in unwrapped(graded.screen)
    assert graded.status == (2 if kind == "INFRA" else 0)
    assert not list(Path(lab.root / "grade").rglob("__pycache__"))


@pytest.mark.parametrize("compiler", ["while :; do :; done", "exec yes", "exec yes > $1", "exec python3 -c 'bytearray(1 << 30)'"])
def test_a_compiler_is_bounded(compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source can make it run, print and grow without end; `#include "/dev/zero"` is enough."""
    monkeypatch.setattr(build, "MOST_SECONDS", 1)
    monkeypatch.setattr(build, "MOST_IN_FILE", 1 << 20)
    monkeypatch.setattr(build, "MOST_MEMORY", 500 << 20)
    _, complaint = host.make(tmp_path, ["sh", "-c", compiler, "compiler"], tmp_path / "made", "", inputs=[])
    assert 0 < len(complaint) <= 1 << 20 and not list((tmp_path / "made").glob("*.json"))
