# SPDX-License-Identifier: MIT
"""All results of a class: a table for the course's records, and a page for the instructor."""

import csv
import html
import io
import statistics
from collections import Counter, defaultdict

STEPS = 10                      # columns of the distribution


def exercises(results: list[dict]) -> list[str]:
    """The exercises that occur, in their order."""
    found = {test["number"] for result in results for test in result["tests"]}
    return sorted(found, key=lambda number: [int(part) for part in number.split(".")])


def points(result: dict, exercise: str) -> tuple[float, float]:
    """What the submission has of an exercise, and what there is."""
    tests = [test for test in result["tests"] if test["number"] == exercise]
    return sum(test["score"] for test in tests), sum(test["max_score"] for test in tests)


def as_csv(results: list[dict]) -> str:
    """One line a submission: name, score, one column an exercise, the reason of a 0."""
    columns = exercises(results)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "score", "max_score", *columns, "reason", "notes"])
    for result in results:
        writer.writerow([safe(result["name"]), f"{result['score']:g}", f"{result['max_score']:g}",
                         *(f"{points(result, column)[0]:g}" if result["tests"] else "" for column in columns),
                         safe(result["reason"]), safe("; ".join(result["notes"]))])
    return out.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def distribution(results: list[dict]) -> list[int]:
    """How many submissions have 0-9 %, 10-19 %, ... of the points; all of them counts among the last."""
    counts = Counter(min(int(STEPS * result["score"] / result["max_score"]), STEPS - 1) if result["max_score"] else 0
                     for result in results)
    return [counts[step] for step in range(STEPS)]


STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
  color-scheme: light dark; color: light-dark(#222, #ddd); background: light-dark(#fff, #1a1a1a); }
table { border-collapse: collapse; margin: 1rem 0; } .wide { overflow-x: auto; }
td, th { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid light-dark(#ddd, #444); }
td:first-child, th:first-child { text-align: left; }
.bar { display: inline-block; height: .8em; background: #3b82b0; vertical-align: middle; }
"""


def bar(part: float, width: int = 200) -> str:
    return f'<span class="bar" style="width:{round(width * part)}px"></span>'


def as_page(results: list[dict], lab: int, title: str) -> str:
    """One page without any file beside it."""
    scores = [result["score"] for result in results]
    most = max(distribution(results), default=1) or 1
    lines = ["<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
             f"<title>Lab {lab}: results</title><style>{STYLE}</style>", f"<h1>Lab {lab}: {html.escape(title)}</h1>",
             f"<p>{len(results)} submissions. Median {statistics.median(scores):g}, mean {statistics.mean(scores):.1f}, "
             f"{sum(1 for each in results if each['reason'])} without a score of their own.</p>",
             "<h2>Scores</h2><table><tr><th>part of the points<th>submissions<th>"]
    for step, count in enumerate(distribution(results)):
        upper = "100" if step == STEPS - 1 else f"{(step + 1) * 100 // STEPS - 1}"
        lines.append(f"<tr><td>{step * 100 // STEPS}–{upper} %<td>{count}<td style='text-align:left'>{bar(count / most)}")
    lines.append("</table><h2>By exercise</h2><table><tr><th>exercise<th>full points<th>some<th>none<th>mean")
    graded = [result for result in results if result["tests"]]
    for exercise in exercises(results):
        pairs = [points(result, exercise) for result in graded]
        full = sum(1 for got, most_ in pairs if most_ and got == most_)
        none = sum(1 for got, _ in pairs if got == 0)
        part = statistics.mean(got / most_ for got, most_ in pairs if most_)
        lines.append(f"<tr><td>{html.escape(exercise)}<td>{full}<td>{len(pairs) - full - none}<td>{none}"
                     f"<td>{100 * part:.0f} % {bar(part, 100)}")
    lines.append("</table><h2>What went wrong most</h2><table><tr><th>test<th>kind<th>submissions")
    kinds: dict[tuple[str, str], int] = defaultdict(int)
    for result in graded:
        for test in result["tests"]:
            if test["score"] < test["max_score"]:
                kinds[test["name"], test.get("extra_data", {}).get("kind", "")] += 1
    for (name, kind), count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:15]:
        lines.append(f"<tr><td>{html.escape(name)}<td>{html.escape(kind)}<td>{count}")
    lines.append("</table><h2>Submissions</h2><div class=wide><table><tr><th>name<th>score<th style='text-align:left'>notes")
    for result in results:
        notes = "; ".join(filter(None, [result["reason"], *result["notes"]]))
        lines.append(f"<tr><td>{html.escape(result['name'])}<td>{result['score']:g}"
                     f"<td style='text-align:left'>{html.escape(notes)}")
    return "\n".join([*lines, "</table></div>", ""])
