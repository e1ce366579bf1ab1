# SPDX-License-Identifier: MIT
"""Finds what a fault replaces: the body of a C++ function, or a text that stands in the file exactly once."""

import re
from dataclasses import dataclass

# What braces and signatures are not looked for in. A ' between two digits or letters separates digits.
_HIDDEN = re.compile(r'''
    //[^\n]* | /\*.*?\*/
  | R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"
  | "(?:\\.|[^"\\\n])*"
  | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'
''', re.DOTALL | re.VERBOSE)


class NotFound(Exception):
    """The place is not there, or not there once. The text says where was looked, and why it was not taken."""


@dataclass(frozen=True)
class Body:
    """A function's body: text[begin:end] is what stands between its braces. `line`: of the signature, from 1."""

    begin: int
    end: int
    line: int


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def without_comments(text: str) -> str:
    """The same text, as long and with the same lines, in which comments, strings and characters are blank."""
    return _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _pattern(signature: str) -> re.Pattern[str]:
    """The signature with any white space between its tokens, not as the end of a longer name."""
    tokens = re.findall(r"\w+|[^\w\s]", signature)
    glued = r"\s*".join(re.escape(token) for token in tokens)
    return re.compile(rf"(?<![\w:]){glued}\s*(.)?", re.DOTALL)


def _closing_brace(code: str, opening: int) -> int:
    depth = 0
    for brace in re.finditer(r"[{}]", code[opening:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return opening + brace.start()
    return -1


def find_body(text: str, signature: str, file: str) -> Body:
    """The body of the one function that is defined with this signature, as the file writes it (white space apart).

    `const` behind the arguments belongs to the signature; attributes before it may be left out.
    """
    code, bodies, others = without_comments(text), [], []
    for match in _pattern(signature).finditer(code):
        line = line_of(code, match.start())
        if match[1] == "{":
            end = _closing_brace(code, match.end() - 1)
            if end < 0:
                raise NotFound(f"{file}:{line}: the braces of `{signature}` do not close")
            bodies.append(Body(match.end(), end, line))
        else:
            others.append(f"line {line} goes on with `{match[1] or 'the end of the file'}`, not with a body")
    if not bodies:
        name = re.search(r"(\w+)\s*\(", signature)
        near = [line_of(code, each.start()) for each in re.finditer(rf"\b{name[1]}\s*\(", code)] if name else []
        if not others and near:
            others = [f"{name[1]}( stands with another signature in line " + ", ".join(map(str, near))]
        raise NotFound(f"{file}:{near[0] if near else 1}: no definition of `{signature}`: "
                       f"{'; '.join(others) or 'nothing of that name is there'}")
    if len(bodies) > 1:
        lines = ", ".join(str(body.line) for body in bodies)
        raise NotFound(f"{file}:{bodies[1].line}: `{signature}` is defined more than once: lines {lines}")
    return bodies[0]


def replace_body(text: str, signature: str, stub: str, file: str) -> tuple[str, int]:
    """The text with another body, and the line of the function."""
    body = find_body(text, signature, file)
    return f"{text[:body.begin]}\n{stub.strip()}\n{text[body.end:]}", body.line


def replace_text(text: str, find: str, replace: str, file: str) -> tuple[str, int]:
    """The text with `replace` in place of `find`, which must stand there exactly once; and its line."""
    count = text.count(find)
    if count == 0:
        raise NotFound(f"{file}:1: `{find.strip()}` does not stand there")
    at = text.index(find)
    if count > 1:
        first, second = line_of(text, at), line_of(text, text.index(find, at + 1))
        raise NotFound(f"{file}:{second}: `{find.strip()}` stands there {count} times, first in line {first}")
    return text[:at] + replace + text[at + len(find):], line_of(text, at)
