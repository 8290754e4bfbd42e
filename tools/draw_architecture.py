"""Write who may import whom, as pictures and a table, from the import contracts in pyproject.toml.

    python tools/draw_architecture.py            print it
    python tools/draw_architecture.py --write    put it into docs/architecture.md, between the markers

A test holds the page to the contracts.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- import contracts: tools/draw_architecture.py --write -->"
END = "<!-- end of import contracts -->"

Contract = dict[str, Any]
PICTURES = {
    "layers": "The five packages",
    "rooms": "Inside `labctl`",
    "window": "Inside `labctl.gui`",
}
_LONGEST = 85  # of a line in a box
_MEANING = {
    "layers": "each may import what is below; those side by side may not import each other",
    "forbidden": "may not import",
    "independence": "none imports another",
    "acyclic_siblings": "no two import each other, however long the way round",
}


def contracts() -> list[Contract]:
    """Return the contracts in the order of pyproject.toml."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[Contract] = written["tool"]["importlinter"]["contracts"]
    return found


def floors(contract: Contract) -> list[list[str]]:
    """Return the layers from top to bottom, each with the modules that stand side by side in it."""
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def purpose(module: str) -> str:
    """Return what a package says of itself: the first sentence of its docstring, without its own name."""
    source = ROOT.joinpath(*module.split("."), "__init__.py")
    line = (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").partition("\n")[0]
    name, colon, rest = line.partition(": ")
    if colon and name.lower().replace(" ", "_").startswith(module.rpartition(".")[2]):
        line = rest
    line = line.split(". ")[0].split(" (")[0].rstrip(".").replace('"', "'")
    if len(line) > _LONGEST:
        line = line.partition(": ")[0]
    return line[:1].upper() + line[1:]


def picture(contract: Contract) -> str:
    """Return a Mermaid diagram: a box for each module, arrows from each layer to the next one down."""
    (inside,) = contract.get("containers", [""])
    rows = floors(contract)
    lines = ["flowchart TB"]
    for row in rows:
        lines += [f'    {name}["<b>{name}</b><br/>{purpose(_full(inside, name))}"]' for name in row]
    for upper, lower in pairwise(rows):
        lines.append(f"    {' & '.join(upper)} --> {' & '.join(lower)}")
    return "\n".join(lines) + "\n"


def table(found: Sequence[Contract]) -> str:
    """Return all contracts as a Markdown table."""
    lines = ["| contract | what it holds | in full |", "|---|---|---|"]
    lines += [f"| `{one['id']}` | {one['name'].replace('|', ',')} | {_in_full(one)} |" for one in found]
    return "\n".join(lines) + "\n"


def generated() -> str:
    """Return everything that stands between the markers."""
    found = contracts()
    parts = []
    for name, title in PICTURES.items():
        contract = next(one for one in found if one["id"] == name)
        parts.append(f"**{title}**\n\n```mermaid\n{picture(contract)}```\n")
    return "\n".join([*parts, table(found)])


def with_contracts(page: str) -> str:
    """Return the page with what stands between the markers replaced. Raises ValueError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{generated()}{END}{after}"


def _full(inside: str, name: str) -> str:
    return f"{inside}.{name}" if inside else name


def _in_full(contract: Contract) -> str:
    text = "; ".join(_sentences(contract))
    excepted = [rule for rule in contract.get("ignore_imports", ()) if ".gui" not in rule]
    return text + (f"; excepted: {_code(excepted)}" if excepted else "")


def _sentences(contract: Contract) -> Iterator[str]:
    kind, meaning = contract["type"], _MEANING[contract["type"]]
    if kind == "layers":
        yield " > ".join(", ".join(f"`{name}`" for name in row) for row in floors(contract))
        yield meaning
    elif kind == "forbidden":
        yield f"{_code(contract['source_modules'])} {meaning} {_code(contract['forbidden_modules'])}"
    else:
        yield f"{_code(contract.get('modules', contract.get('ancestors')))}: {meaning}"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> None:
    """Print the pictures and the table, or write them into the page."""
    if arguments == ["--write"]:
        PAGE.write_text(with_contracts(PAGE.read_text("utf-8")), "utf-8")
    elif arguments:
        raise SystemExit(__doc__)
    else:
        print(generated(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
