# SPDX-License-Identifier: MIT
"""grade/host/check.h: a check that fails in a helper is reported at the test's line, and an endless loop with a place."""

import signal
import subprocess
from pathlib import Path

import pytest

from glenda.paths import ROOT

SOURCE = """\
#include "check.h"
namespace glenda::host {
enum class Color { Red = 2, Blue = 5 };
void inner(int n, Caller = std::source_location::current()) {
    EXPECT_EQ(n, 7);
}
void outer(int n, Caller = std::source_location::current()) {
    inner(n);
    EXPECT(n == 7);
}
void direct() { EXPECT_EQ(Color::Red, Color::Blue); }
void helped() {
    outer(7);
    outer(
        8);
}
void after_a_helper() {
    outer(7);
    EXPECT(1 + 1 == 3);
}
void endless() {
    EXPECT(true);
    for (volatile int i = 0;; i = 1 - i) {
    }
}
}
int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"direct", direct}, {"helped", helped}, {"after_a_helper", after_a_helper}, {"endless", endless}});
}
"""
EXPECTED = {
    "direct": "test.cc:11: Color::Red == Color::Blue, got 2, wanted 5",
    "helped": "test.cc:14: n == 7, got 8, wanted 7 (test.cc:5)",
    "after_a_helper": "test.cc:19: 1 + 1 == 3",
    "endless": "test.cc:22: after this check it does not come to an end",
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    (folder / "test.cc").write_text(SOURCE)
    subprocess.run(["g++", "-std=c++23", f"-I{ROOT}/grade/host", "test.cc", "-o", "test"], cwd=folder, check=True)
    return folder / "test"


@pytest.mark.parametrize("case", EXPECTED)
def test_place(program: Path, case: str) -> None:
    done = subprocess.run([program, f"case={case}", "nonce=1"], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == [f"case {case}", f"FAIL {case}: {EXPECTED[case]}"]
    assert done.returncode == (-signal.SIGABRT if case == "endless" else 1)    # so that a sanitizer tells the stack
