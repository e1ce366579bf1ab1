# SPDX-License-Identifier: MIT
"""Do the README's two commands work on a computer that has nothing but Debian? `make check-fresh` finds out.

Shows Z1. `fresh.py SUITE...` makes an empty Debian of each suite with debootstrap, copies the committed tree there, and runs the
two commands as they stand in the README: as a user who may use sudo, with all tests, and once more as root, with a
selection of them. `SUITE:quick` is a user with the selection, and no root. Suites are tried side by side: while one waits for
packages, another compiles.

The commands are the README's to the letter. Their environment makes them quicker: MAKEFLAGS has make use all
processors, and PYTEST_ADDOPTS makes the selection.

All mounts and processes live in namespaces of their own, so nothing of them is left, however this ends. Trees, logs and
downloaded packages are in build/fresh. The trees of a run that failed stay there, to be looked at.
"""

import fcntl
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pexpect

ROOT = Path(__file__).resolve().parent.parent
FRESH = ROOT / "build" / "fresh"
GIT = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]      # root asks about somebody else's tree
INSIDE = "GLENDA_FRESH_INSIDE"          # set: we are in the namespaces
PROMPT = "glenda% "
BOOT_LIMIT, TEST_LIMIT = 1800, 3600     # s for each of the two commands: a hang, however slow the computer is
USER_ID, SUDO_GROUP = 1000, 27
# What touches each of the tools: the cross compiler, dtc, GDB, the plugins, several harts, git, the labs' trees. And what
# QEMU does differently from version 8 on: it goes off when its main thread comes to it.
QUICK = ("test_reference or test_tools or test_tree or test_printers or test_caps or test_known_stretches "
         "or test_shutdown or test_a_guest_that_has_switched_off or test_runs_are_deterministic or test_several_harts "
         "or test_course or test_lab_helpers")
# The settings of apt without which the mirror may be out of reach from here.
APT_SETTINGS = re.compile(r"^Acquire::(?:https?::|Check-|Retries|ForceIPv).*$", re.MULTILINE)


class Problem(Exception):
    """Why this computer or this Debian fails, for people to read."""


class Account(NamedTuple):
    name: str
    home: str
    ids: list[str]          # for chroot


ACCOUNTS = {"user": Account("student", "/home/student", [f"--userspec={USER_ID}:{USER_ID}", f"--groups={SUDO_GROUP}"]),
            "root": Account("root", "/root", [])}


def say(text: str) -> None:
    print(f"  FRESH    {text}", flush=True)


def read(*command: str) -> str:
    """What this command prints."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise Problem(f"{command[0]} is missing") from None
    except subprocess.CalledProcessError as error:
        raise Problem(f"{shlex.join(command)}: {error.stderr.strip()}") from None


# --- what to run, and from where ----------------------------------------------------------------------------------

def readme_commands(text: str) -> tuple[str, str]:
    """The lines of the first block under "Two commands", without comments: one boots, one tests."""
    block = re.search(r"^## Two commands$.*?^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in block[1].splitlines()] if block else []
    if len(lines) != 2 or not all(lines):
        raise Problem(f"README.md has no block of two commands under \"Two commands\", but {lines}")
    return lines[0], lines[1]


def mirror() -> str:
    """Where this computer's apt gets Debian from, or the variable MIRROR."""
    if named := os.environ.get("MIRROR"):
        return named
    targets = read("apt-get", "indextargets", "--format", "$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)",
                   "Created-By: Packages")
    for line in targets.splitlines():
        origin, component, codename, address = line.split("|")
        if (origin, component) == ("Debian", "main") and "-" not in codename:
            return address
    raise Problem("the sources of apt name no mirror of Debian (or `apt-get update` never ran): "
                  "give one as MIRROR=http://...")


def proxies() -> dict[str, str]:
    """The proxies that apt uses, as environment variables for those who do not ask apt."""
    found = {}
    for protocol in ("http", "https"):
        setting = read("apt-config", "shell", "PROXY", f"Acquire::{protocol}::Proxy")
        if value := re.match(r"PROXY='(.+)'", setting):
            found[f"{protocol}_proxy"] = value[1]
    return found


def check_reachable(address: str, suite: str) -> None:
    """Raises OSError if the mirror cannot be reached. An answer that is an error is a Problem."""
    url = f"{address.rstrip('/')}/dists/{suite}/Release"
    try:
        with urllib.request.urlopen(url, timeout=30):
            pass
    except urllib.error.HTTPError as error:
        raise Problem(f"{url}: {error}") from None


# --- an empty Debian ----------------------------------------------------------------------------------------------

def log_of(tree: Path, what: str) -> Path:
    return FRESH / f"{tree.parent.name}-{tree.name}-{what}.log"


def run_logged(command: list[str], log: Path, limit: float = TEST_LIMIT) -> None:
    """Runs it to its end; its output goes to `log`."""
    with log.open("w") as output:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                    timeout=limit, check=False).returncode
        except subprocess.TimeoutExpired:
            raise failure(f"no end after {limit} s", log) from None
    if status != 0:
        raise failure(f"exit status {status}", log)


def failure(reason: str, log: Path) -> Problem:
    lines = [f"    {line}" for line in log.read_text(errors="replace").splitlines()[-40:]]
    return Problem("\n".join([f"{reason}; the last lines of {log.relative_to(ROOT)}:", *lines]))


def make_base(suite: str, address: str) -> Path:
    """An empty Debian, with sudo, and with this computer's way to the mirror."""
    base = FRESH / suite / "base"
    debs = FRESH / suite / "debs"
    (debs / "partial").mkdir(parents=True, exist_ok=True)
    say(f"{suite}: debootstrap from {address}")
    run_logged(["debootstrap", "--variant=minbase", "--include=sudo", f"--cache-dir={debs}", suite, str(base), address],
               log_of(base, "debootstrap"))
    settings = APT_SETTINGS.findall(read("apt-config", "dump"))
    (base / "etc/apt/apt.conf.d/90host").write_text("".join(match + "\n" for match in settings))
    (base / "etc/hosts").write_text(f"127.0.0.1 localhost {os.uname().nodename}\n")
    (base / "etc/dpkg/dpkg.cfg.d/90fast").write_text("force-unsafe-io\n")
    return base


def make_tree(base: Path, name: str) -> Path:
    """A copy of the empty Debian, with the committed tree in the home of the one who works there."""
    tree, account = base.parent / name, ACCOUNTS[name]
    read("cp", "-a", str(base), str(tree))
    for kind, options, where in (("proc", [], "proc"), ("devpts", ["-o", "newinstance,ptmxmode=666"], "dev/pts"),
                                 ("tmpfs", ["-o", "mode=1777"], "dev/shm")):
        read("mount", "-t", kind, *options, kind, str(tree / where))
    (tree / "dev/ptmx").unlink(missing_ok=True)
    (tree / "dev/ptmx").symlink_to("pts/ptmx")
    read("mount", "--bind", str(base.parent / "debs"), str(tree / "var/cache/apt/archives"))
    if account.name == "root":
        read("chroot", str(tree), "env", "SUDO_FORCE_REMOVE=yes", "dpkg", "--purge", "sudo")    # root has no password
    else:
        read("chroot", str(tree), "useradd", "--create-home", f"--uid={USER_ID}", account.name)
        (tree / "etc/sudoers.d/student").write_text(f"{account.name} ALL=(ALL) NOPASSWD: ALL\n")
    sources = tree / account.home.lstrip("/") / "glenda"
    sources.mkdir()
    archive = subprocess.Popen([*GIT, "archive", "HEAD"], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(sources)], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        raise Problem("git archive HEAD has failed")
    if account.name != "root":
        read("chown", "-R", f"{USER_ID}:{USER_ID}", str(sources))
    return tree


def within(tree: Path, command: str, **environment: str) -> list[str]:
    """The command line that runs `command` in the tree's copy of the sources, with little in its environment."""
    account = ACCOUNTS[tree.name]
    variables = {"HOME": account.home, "USER": account.name, "TERM": "xterm", "SHELL": "/bin/sh",
                 "MAKEFLAGS": f"-j{os.cpu_count()}",
                 "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **environment}
    return ["chroot", *account.ids, str(tree), "env", "-i", *(f"{key}={value}" for key, value in variables.items()),
            "sh", "-c", f"cd ~/glenda && {command}"]


# --- the two commands ---------------------------------------------------------------------------------------------

def boot(tree: Path, command: str) -> None:
    """Runs the command that boots, types at the prompt that it ends at, and switches off."""
    log = log_of(tree, "boot")
    line = within(tree, command)
    with log.open("wb") as output:
        child = pexpect.spawn(line[0], line[1:], timeout=BOOT_LIMIT, logfile=output)
        try:
            child.expect_exact(PROMPT)
            child.sendline("run hello fresh world")
            child.expect(r"\nfresh\W+world\W", timeout=60)
            child.expect_exact(PROMPT, timeout=60)
            child.sendline("shutdown")
            child.expect(pexpect.EOF, timeout=60)
            child.close()
        except pexpect.EOF:
            raise failure("the command has ended without a prompt", log) from None
        except pexpect.TIMEOUT:
            raise failure("what was waited for has not come", log) from None
    if child.exitstatus != 0:
        raise failure(f"exit status {child.exitstatus}", log)


def test(tree: Path, command: str, quick: bool) -> None:
    """Runs the command that tests. Where the compiler is another than here, the newest lab has to do with it, too."""
    log = log_of(tree, "check")
    more = {"PYTEST_ADDOPTS": f"-k '{QUICK}'"} if quick else {}
    if tree.parent.name != platform.freedesktop_os_release().get("VERSION_CODENAME"):
        more["NEWEST_LAB"] = "1"
    run_logged(within(tree, command, **more), log)
    counts = re.findall(r"^(\d+) passed, 0 failed(?:, (\d+) skipped)?$", log.read_text(errors="replace"), re.MULTILINE)
    if not counts or int(counts[-1][0]) == 0:
        raise failure("it says that all is well, but not how many tests passed", log)
    say(f"{tree.parent.name}, {tree.name}: all {counts[-1][0]} tests passed, {counts[-1][1] or 'none'} skipped")


def check(suite: str, address: str, quick: bool) -> None:
    """Everything for one suite, unless the mirror cannot be reached."""
    try:
        check_reachable(address, suite)
    except OSError as error:
        say(f"{suite}: SKIPPED: the mirror {address} cannot be reached: {error}")
        return
    begin = time.monotonic()
    booting, testing = readme_commands((ROOT / "README.md").read_text())
    shutil.rmtree(FRESH / suite / "base", ignore_errors=True)
    base = make_base(suite, address)
    for name in ("user",) if quick else ("user", "root"):
        shutil.rmtree(base.parent / name, ignore_errors=True)
        tree = make_tree(base, name)
        say(f"{suite}, {name}: {booting}")
        boot(tree, booting)
        selection = quick or name == "root"
        say(f"{suite}, {name}: {testing}" + ("     (a selection of the tests)" if selection else ""))
        test(tree, testing, selection)
        read("umount", *(str(tree / where) for where in ("proc", "dev/pts", "dev/shm", "var/cache/apt/archives")))
        shutil.rmtree(tree)
    shutil.rmtree(base)
    say(f"{suite}: done in {time.monotonic() - begin:.0f} s")


def passes(suite: str, address: str, quick: bool) -> bool:
    """Whether a suite is as it should be. Says what is wrong."""
    try:
        check(suite, address, quick)
    except Problem as problem:
        say(f"FAILED: {suite}: {problem}")
        return False
    return True


def main() -> int:
    suites = [argument.partition(":") for argument in sys.argv[1:]]
    once = len({suite for suite, _, _ in suites}) == len(suites)
    if not suites or not once or any(option not in ("", "quick") for _, _, option in suites):
        print(f"usage: {sys.argv[0]} SUITE[:quick]..., each suite once", file=sys.stderr)
        return 2
    try:
        if os.geteuid() != 0:
            raise Problem("an empty Debian is made with debootstrap and chroot, which need root: sudo make check-fresh")
        if shutil.which("debootstrap") is None:
            raise Problem("debootstrap is missing: sh grade/deps.sh debootstrap")
        if INSIDE not in os.environ:
            os.environ.update({INSIDE: "1", **proxies()})
            os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", sys.executable, *sys.argv])
        # The first process of a namespace is deaf to signals that it does not handle. All others end with it.
        signal.signal(signal.SIGTERM, lambda *_: os._exit(1))
        FRESH.mkdir(parents=True, exist_ok=True)
        lock = (FRESH / "lock").open("w")       # until this process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("another check-fresh is at work in this folder") from None
        if read(*GIT, "status", "--porcelain"):
            say("what is not committed is not tested")
        address = mirror()
        with ThreadPoolExecutor(len(suites)) as side_by_side:
            passed = list(side_by_side.map(lambda each: passes(each[0], address, each[2] == "quick"), suites))
    except Problem as problem:
        say(f"FAILED: {problem}")
        return 1
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
