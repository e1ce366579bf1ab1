# SPDX-License-Identifier: MIT
"""Runs a host test: one source of the course and a few of the kernel's, compiled together under ASan and UBSan.

The program gets `nonce=...` and, if the test names cases, `case=a,b` as arguments. It prints what a program of
user/tests prints. A source is compiled again only if a file that went into it has
changed, and once for all tests.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import re
import resource
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from glenda.errors import Infrastructure
from glenda.watch import processor_time, sleeps

from . import build, jail, places, trouble, verdict
from .build import first_error
from .config import BadLab, Test
from .setting import Outcome, Setting
from .verdict import Kind, Run, Stop, Verdict

COMPILER = os.environ.get("GLENDA_HOST_CXX", "g++").split()
FLAGS = ["-std=c++23", "-Og", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-Igrade/host", "-Igrade/host/driver_model", "-Igrade/unit/host", "-Igrade/unit", "-Ilib", "-Ikernel",
         "-Iuser", "-Iuser/factotum", "-Iuser/libglenda/include"]
LAB1, LAB1_FLAGS = "lab1/", ["-Ilab1/kernel", "-Ilab1"]      # its headers take the place of the final ones
MODELS = "grade/host/"      # headers in a folder below, if a test names a file of it, take the place of the final ones, too
EXERCISE, EXERCISE_HOST = "kernel/debug/exercise.h", "grade/host/exercise.cc"   # what stands in place of missing code
MOST_OUTPUT = 256 * 1024
CALLED = "a system call that no test needs: it starts a process, changes a file, or asks for the network"
ASLEEP_LIMIT = 5.0          # s of real time that a program may sleep
TELLING = 20.0              # s of real time for a sanitizer to tell a stack; it needs less than one
REPORT = re.compile(r"^SUMMARY: (\w+Sanitizer): (\S+)(?: (\S+:\d+))?.*?(?: in (.+))?$", re.MULTILINE)
UNDEFINED = re.compile(r"^(\S+:\d+):\d+: runtime error: (.*)$", re.MULTILINE)
FRAME = re.compile(r"^    #\d+ 0x\.\.\. in (?P<function>.+) (?P<place>\S+:\d+)$", re.MULTILINE)
MOST_FRAMES = 8
NEVER_ENDS = "it does not come to an end"       # how a case ends that check.h gives up
PROCESS = re.compile(r"^==\d+==", re.MULTILINE)     # how a sanitizer begins its lines: each run has another number
SENDER = re.compile(r"(?<=ABRT on unknown address )0x[0-9a-f]+")     # no address, but who sent the signal
ON_STACK = re.compile(r"0x7fffff[0-9a-f]{6}\b")    # moves with the length of the tree's path, and with the environment
CODE = re.compile(r"(?<=\bpc )0x[0-9a-f]+|0x[0-9a-f]+(?= in )")     # a loop is stopped anywhere
NO_RANDOMIZE = 0x0040000    # personality: the same addresses each time


def find(setting: Setting, test: Test, name: str) -> str:
    """A file of the test: beside a hidden test, or in the tree."""
    if test.base is not None and (test.base / name).exists():
        return str((test.base / name).resolve())
    if not (setting.tree / name).exists():
        raise BadLab(f"test {test.name}: {name} does not exist")
    return name


def compile_test(setting: Setting, test: Test) -> tuple[Path, str]:
    """The program, and "" or the compiler's output."""
    sources = [find(setting, test, name) for name in (test.source, *test.files)]
    models = sorted({f"-I{Path(name).parent}" for name in test.files if name.startswith(MODELS) and "/" in name[len(MODELS):]})
    flags = [*(LAB1_FLAGS if any(name.startswith(LAB1) for name in test.files) else ()), *models, *FLAGS]
    if (setting.tree / EXERCISE).exists():
        flags += ["-include", EXERCISE]
        if (setting.tree / EXERCISE_HOST).exists() and EXERCISE_HOST not in sources:
            sources.append(EXERCISE_HOST)
    folder = setting.results.parent / "host"
    objects = []
    for source in sources:
        made, complaint = make(setting.tree, [*COMPILER, *flags, "-c", source], folder, ".o")
        if complaint:
            return made, complaint
        objects.append(made)
    return make(setting.tree, [*COMPILER, *FLAGS, *map(str, objects)], folder, "", inputs=objects)


def make(tree: Path, command: list[str], folder: Path, suffix: str, inputs: Iterable[Path] = ()) -> tuple[Path, str]:
    """Runs a compiler, unless it would make the same as the last time. Several processes may make the same at once: each
    writes a file of its own and renames it. Returns the file, and "" or the compiler's output."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (hashlib.sha256("\0".join(command).encode()).hexdigest()[:16] + suffix)
    state, scratch = target.with_suffix(".json"), target.with_suffix(f".{os.getpid()}")
    if target.exists() and is_current(state, tree):
        return target, ""
    listed, record = Path(f"{scratch}.d"), Path(f"{scratch}.record")
    with tempfile.TemporaryFile() as told:
        done = subprocess.run([*command, *(["-MMD", "-MF", str(listed)] if suffix else []), "-o", str(scratch)], cwd=tree,
                              stdout=told, stderr=told, env=os.environ | {"LC_ALL": "C"}, check=False,
                              preexec_fn=build.restrain)
        told.seek(0)
        complaint = told.read(build.MOST_OUTPUT).decode(errors="replace")
    if done.returncode != 0 and trouble.FULL_SIGN in complaint:
        raise Infrastructure(trouble.FULL)
    if done.returncode != 0:
        # The linker takes the paths of sources from their debug information, where they are absolute.
        return target, build.lasting(complaint).replace(f"{tree}/", "") or "the compiler fails and does not say why"
    used = listed.read_text().replace("\\\n", " ").split()[1:] if suffix else list(map(str, inputs))
    listed.unlink(missing_ok=True)
    record.write_text(json.dumps({name: digest(tree / name) for name in used}))
    os.replace(scratch, target)
    os.replace(record, state)
    return target, ""


def digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def is_current(state: Path, tree: Path) -> bool:
    """Whether all files that went into it are still the same."""
    try:
        return all(digest(tree / name) == seen for name, seen in json.loads(state.read_text()).items())
    except (OSError, ValueError, AttributeError):
        return False


def run(setting: Setting, test: Test) -> Outcome:
    program, complaint = compile_test(setting, test)
    if complaint:
        return Outcome(test.name, verdict.of_build(first_error(complaint)), complaint)
    words = [f"nonce={setting.nonce}", *([f"case={','.join(test.cases)}"] if test.cases else [])]
    seen, status, used = execute([str(program.resolve()), *words], setting.tree, test.limit)
    found = decide(test, seen, status, setting.nonce)
    return Outcome(test.name, found, seen.output, guest_seconds=used)


def decide(test: Test, seen: Run, status: int, nonce: str) -> Verdict:
    """The verdict, in the order that verdict.py explains."""
    if seen.stop == Stop.EXIT and status == -signal.SIGSYS:
        return Verdict(Kind.PANIC, CALLED)
    if todo := verdict.missing_in(seen.output):
        return todo
    if found := UNDEFINED.search(seen.output):
        return Verdict(Kind.PANIC, f"{found[1]}  {re.sub(r'0x[0-9a-f]{6,}', '0x...', found[2])}")
    if stuck := next((each for each in verdict.FAILURE.finditer(seen.output) if NEVER_ENDS in each["text"]), None):
        return Verdict(Kind.HANG, f"{verdict.place_first(stuck['text'])}, in case {stuck['name']}", tuple(seen.where))
    if seen.stop == Stop.EXIT and (found := REPORT.search(seen.output)):
        if found[2] == "ABRT":
            return Verdict(Kind.PANIC, f"signal 6: Aborted{verdict.in_case(seen.output)}", tuple(seen.where))
        place = f"{found[3]}  " if found[3] else ""
        return Verdict(Kind.PANIC, f"{place}{found[1]}: {found[2]}" + (f" in {found[4]}" if found[4] else ""), tuple(seen.where))
    if seen.stop == Stop.EXIT and status < 0:
        return Verdict(Kind.PANIC, f"signal {-status}: {signal.strsignal(-status)}{verdict.in_case(seen.output)}",
                       verdict.tail(seen.output))
    if stopped := verdict.of_stop(seen, f"{test.limit:g} s of the processor's time"):
        return stopped
    return verdict.of_output(test, seen.output, nonce)


def restrain(limit: float) -> None:
    """In the child: bounds what it may use."""
    libc = ctypes.CDLL(None)
    libc.prctl(1, signal.SIGKILL)       # PR_SET_PDEATHSIG: it ends with the grader
    libc.personality(NO_RANDOMIZE)
    seconds = int(limit) + 2            # if the grader should not notice
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def stack(output: str, tree: Path) -> list[str]:
    """The frames of a sanitizer's report that lie in the tree; what a library does on top of them says nothing."""
    report = output[found.start():] if (found := re.search(r"^==pid==", output, re.MULTILINE)) else ""
    frames = [f"{places.plain(frame['function'])}  {places.place(frame['place'], tree)}"
              for frame in FRAME.finditer(report.partition("\n\n")[0]) if (tree / frame["place"].rpartition(":")[0]).is_file()]
    return places.numbered([frame for frame in frames if "give_up  " not in frame][:MOST_FRAMES])


def execute(command: list[str], folder: Path, limit: float) -> tuple[Run, int, float]:
    """Runs a program to its end or its limits. Returns what it did, its exit status, and the processor time it used."""
    environment = {"PATH": os.environ.get("PATH", ""),
                   "ASAN_OPTIONS": "detect_leaks=0:color=never:abort_on_error=0:handle_abort=1",
                   "UBSAN_OPTIONS": "color=never:print_stacktrace=0"}
    with jail.way_in() as (before, inherited):
        child = subprocess.Popen([*before, *command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, env=environment, start_new_session=True, pass_fds=inherited,
                                 preexec_fn=lambda: restrain(limit))
    output, stop, used = bytearray(), Stop.EXIT, 0.0
    moved = time.monotonic()
    while True:
        if select.select([child.stdout], [], [], 0.05)[0]:
            data = os.read(child.stdout.fileno(), 1 << 16)
            if not data:
                break
            output += data
            if len(output) > MOST_OUTPUT:
                stop = Stop.FLOOD
                break
        with contextlib.suppress(OSError, IndexError):
            pid = jail.inmate(child.pid)
            now = processor_time(pid)
            if now != used or not sleeps(pid):
                used, moved = now, time.monotonic()
        if used > limit:
            stop = Stop.BUSY
            break
        if time.monotonic() - moved > ASLEEP_LIMIT:
            stop = Stop.IDLE
            break
    if stop in (Stop.BUSY, Stop.IDLE):
        output += last_words(child)
    if stop != Stop.EXIT:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.stdout.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(ASLEEP_LIMIT)        # its output is closed: it should end at once
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    text = output[:MOST_OUTPUT].decode(errors="replace").replace("\r", "")
    for changing, word in ((PROCESS, "==pid=="), (SENDER, "0x..."), (CODE, "0x..."), (ON_STACK, "0x7fffff......")):
        text = changing.sub(word, text)
    return Run(text, stop, stack(text, folder)), jail.status_of(child.wait()), used


def last_words(child: subprocess.Popen) -> bytes:
    """Asks a program that hangs where it is: on this signal its sanitizer tells the stack, and ends it."""
    told, begun = b"", time.monotonic()
    with contextlib.suppress(OSError):
        os.kill(jail.inmate(child.pid), signal.SIGABRT)
        while time.monotonic() - begun < TELLING and len(told) < MOST_OUTPUT:
            if select.select([child.stdout], [], [], 0.1)[0]:
                if not (data := os.read(child.stdout.fileno(), 1 << 16)):
                    break
                told += data
    return told
