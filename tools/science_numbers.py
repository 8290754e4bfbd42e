#!/usr/bin/env python3
"""Write the numbers of finished studies into the tables of docs/science.md, and copy their pictures.

Run `labctl reproduce …` for every study first; tables of studies that are not there stay as they are.

    python tools/science_numbers.py studies
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from labctl.studies import methods as methods_study

DOCS = Path(__file__).parents[1] / "docs"
Numbers = dict[str, Any]

# What the publication's files give; the linear theory is that of labctl.analysis.theory, at the crossing of
# both lines.
SCALING = (
    ("slope of log D² against log τ, 1.2–50 ms", "1.94", "2", "1.93", "2", "slope_logD2_logtau"),
    ("D/τ there (V/s)", "6.90", "6.43", "2.50", "2.17", "D_over_tau_V_per_s"),
    ("error floor (V²)", "4.63e-5", "4.40e-5", "1.06e-5", "7.87e-6", "floor_V2"),
    ("τ at twice the floor (s)", "0.0293", "0.0268", "0.0570", "0.0461", "tau_double_floor_s"),
    ("saturated D² (V²)", "4.97", "–", "1.57", "–", "D2_saturated_V2"),
    ("saturated error (V²)", "1.82e-3", "–", "3.78e-4", "–", "error_saturated_V2"),
    ("rms deviation of D² (dex)", "", "", "", "", "rms_dex_D2"),
    ("rms deviation of the error (dex)", "", "", "", "", "rms_dex_error"),
    ("largest D without bias (V)", "", "0", "", "0", "unbiased_D_V"),
    ("largest error without bias (V²)", "", "0", "", "0", "unbiased_error_V2"),
)
# τ (s): D (V, each edge once) and error (V²) of the published memory cycles.
LATTICE = {
    0.002: (0.00979, 4.14e-5),
    0.0126: (0.0467, 1.17e-5),
    0.02: (0.0745, 1.3e-5),
    0.0502: (0.170, 1.82e-5),
    0.2: (0.569, 6.51e-5),
    0.5024: (1.26, 2.0e-4),
    2.0: (4.56, 1.63e-3),
    7.9622: (9.28, 6.03e-3),
    20.0: (11.3, 4.28e-3),
}
CIRCLE = {
    "standard": ((322, 163, 108, 100, 84), (0.5, 0.125, 0.125, 0.125, 0.0625)),
    "overclamping": ((97.5, 3.5, 0, 0, 0), (0.25, 0, 0, 0, 0)),
}


def short(value: Any, digits: int = 3) -> str:
    """Write a number; a dash for none, the largest of a list."""
    if isinstance(value, list):
        value = max(value)
    return "–" if value is None else f"{value:.{digits}g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def scaling(exp1: Numbers, exp2: Numbers) -> str:
    """Lay the scaling of both two-edge experiments out."""
    head = ["", "exp1 measured", "linear theory", "labctl", "exp2 measured", "linear theory", "labctl"]
    return table(
        head,
        ([what, m1, t1, short(exp1[key]), m2, t2, short(exp2[key])] for what, m1, t1, m2, t2, key in SCALING),
    )


def lattice(found: Numbers) -> str:
    """Lay the scaling of the lattice out."""
    head = ["τ (s)", "D measured (V)", "D labctl (V)", "error measured (V²)", "error labctl (V²)"]
    rows = []
    for tau, span, error in zip(found["tau_s"], found["D_V"], found["error_V2"], strict=True):
        span_known, error_known = LATTICE[round(tau, 4)]
        rows.append([short(tau), short(span_known), short(span), short(error_known), short(error)])
    return table(head, rows)


def limit_cycle(exp1: Numbers, exp2: Numbers) -> str:
    """Lay the diameters of the bowties out."""
    kinds = ("diameter_published_V", "diameter_theory_V", "diameter_V")
    head = ["τ (s)", "exp1 measured (V)", "linear theory", "labctl"]
    head += ["exp2 measured (V)", "linear theory", "labctl"]
    return table(
        head,
        (
            [short(tau), *(short(board[kind][k]) for board in (exp1, exp2) for kind in kinds)]
            for k, tau in enumerate(exp1["tau_s"])
        ),
    )


def alone(exp1: Numbers, exp2: Numbers, key: str, published: str, head: str) -> str:
    """Lay out what one task trained alone does."""
    rows = []
    for name, board in (("exp1", exp1), ("exp2", exp2)):
        for row in board["rows"]:
            if row["method"] != "standard":
                continue
            (still,) = (r for r in board["rows"] if r["task"] == row["task"] and r["method"] != "standard")
            theory = row[key.replace("_V_per_s", "_theory_V_per_s")]
            values = (row[published], theory, row[key], still[key])
            rows.append([f"{name}, {row['task']}", *(short(v) for v in values)])
    columns = ["trained alone", head, "linear theory (V/s)", "labctl (V/s)"]
    return table([*columns, "labctl, symmetric overclamping (V/s)"], rows)


def overclamping(found: Numbers) -> str:
    """Lay hinge losses and class errors on the circle out, method by method."""
    eps = sorted({row["epsilon_V"] for row in found["rows"]})
    methods = list(dict.fromkeys(row["method"] for row in found["rows"]))
    rows = []
    for quantity, which, key, factor in (
        ("hinge (mV²)", 0, "hinge_V2", 1e6),
        ("class error", 1, "class_error", 1.0),
    ):
        for method in methods:
            if method in CIRCLE:
                rows.append([quantity, f"{method}, measured", *(short(v) for v in CIRCLE[method][which])])
            values = [
                r[key] for e in eps for r in found["rows"] if r["method"] == method and r["epsilon_V"] == e
            ]
            rows.append([quantity, f"{method}, labctl", *(short(factor * v) for v in values)])
    return table(["", f"ε (mV); {found['boards']} boards", *(f"{1e3 * e:.0f}" for e in eps)], rows)


def methods(found: Numbers) -> str:
    """Lay the floors of all methods out."""
    return table(*methods_study.table(found))


TABLES: dict[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "scaling": (("scaling-exp1", "scaling-exp2"), scaling),
    "lattice": (("scaling-lattice",), lattice),
    "limit-cycle": (("limit-cycle-exp1", "limit-cycle-exp2"), limit_cycle),
    "drift": (
        ("drift-exp1", "drift-exp2"),
        lambda a, b: alone(a, b, "drift_V_per_s", "drift_published_V_per_s", "measured (V/s)"),
    ),
    "erasure": (
        ("erasure-exp1", "erasure-exp2"),
        lambda a, b: alone(
            a, b, "erasure_V_per_s", "erasure_published_gates_V_per_s", "at the published gates (V/s)"
        ),
    ),
    "overclamping": (("overclamping",), overclamping),
    "methods": (("methods",), methods),
}


def main(studies: Path) -> None:
    """Fill every table whose studies are finished."""
    page = DOCS / "science.md"
    text = page.read_text(encoding="utf-8")
    for name, (needed, lay_out) in TABLES.items():
        files = [studies / study / "numbers.json" for study in needed]
        if not all(file.exists() for file in files):
            print(f"{name}: not finished, left as it is")
            continue
        body = lay_out(*(json.loads(file.read_text(encoding="utf-8")) for file in files))
        pattern = re.compile(rf"(<!-- numbers: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text, count = pattern.subn(lambda m, body=body: f"{m[1]}{body}\n{m[2]}", text)  # type: ignore[misc]
        print(f"{name}: {count} table written")
        for study in needed:
            shutil.copy(studies / study / f"{study}.png", DOCS / "pictures" / f"{study}.png")
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/science_numbers.py STUDIES_FOLDER")
    main(Path(sys.argv[1]))
