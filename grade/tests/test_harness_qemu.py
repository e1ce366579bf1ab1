# SPDX-License-Identifier: MIT
"""A QEMU, a kernel or a plugin with which no test can run is named, and is not the student's fault.

Shows Z4.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from test_harness import Boot, boot  # noqa: F401  (a fixture)

from glenda import paths, qemu
from glenda.errors import Infrastructure


def test_missing_kernel_is_infrastructure(machine: Boot) -> None:
    with pytest.raises(Infrastructure, match="run `make` first"):
        machine(kernel="missing.elf")


def test_qemu_that_does_not_start_is_infrastructure(boot: Boot) -> None:  # noqa: F811
    with pytest.raises(Infrastructure, match="nonsense"):
        boot("idle", extra=["-nonsense"]).expect("never")
    with pytest.raises(Infrastructure, match="nonsense"):
        boot("idle", extra=["-nonsense"]).run_to_exit()


@pytest.mark.parametrize("body,reason", [
    ("int qemu_plugin_version = 99; int qemu_plugin_install(void) { return 0; }", "requires API version 99"),
    ("int qemu_plugin_install(void) { return 0; }", "qemu_plugin_version"),
    ("void missing(void); int qemu_plugin_version = 1; int qemu_plugin_install(void) { missing(); return 0; }",
     "undefined symbol: missing")])
def test_plugin_that_qemu_refuses_is_named(boot: Boot, tmp_path: Path, body: str,  # noqa: F811
                                           reason: str) -> None:
    source, plugin = tmp_path / "odd.c", tmp_path / "odd.so"
    source.write_text(body)
    subprocess.run(["gcc", "-shared", "-fPIC", source, "-o", plugin], check=True)
    with pytest.raises(Infrastructure, match=f"refused to load the plugin .*odd.so.*{reason}"):
        boot("idle", extra=["-plugin", str(plugin)]).expect("never")


def test_old_qemu_is_infrastructure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old-qemu"
    old.write_text("#!/bin/sh\necho QEMU emulator version 6.2.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("QEMU", str(old))
    qemu.look_up.cache_clear()
    with pytest.raises(Infrastructure, match=r"QEMU 6\.2 is too old; 7\.2 or later is needed: .*old-qemu"):
        qemu.find()
    monkeypatch.setenv("QEMU", "no-such-qemu")
    with pytest.raises(Infrastructure, match="missing"):
        qemu.find()
    qemu.look_up.cache_clear()


def test_plugin_is_built_by_many_at_once(tmp_path: Path) -> None:
    script = ("import pathlib, sys; from glenda import plugins;"
              "plugins.RESULTS = pathlib.Path(sys.argv[1]); plugins.build(\"deadline\")")
    builds = [subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=paths.ROOT / "grade") for _ in range(3)]
    assert [build.wait() for build in builds] == [0, 0, 0]
    assert [file.name for file in tmp_path.iterdir()] == ["deadline.so"]
