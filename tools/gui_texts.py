"""Keep the window's translation files in step with its texts.

    python tools/gui_texts.py           list texts that have no translation yet
    python tools/gui_texts.py --write   add them to labctl/gui/translations/*.ts, marked unfinished

Texts are what is given to `tr(...)` as a literal under labctl/gui, the templates of messages (`say(...)`) of
what the window shows of others, and the tables whose words are shown: verbs, states, names of plots, keys and
descriptions of forms, doses, examples. Tests hold the Chinese file complete.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
GUI = ROOT / "labctl" / "gui"
LANGUAGES = ("zh",)
SAYING = (  # whose messages a window can come to show; what only the command line says is not among them
    "calibration",
    "drivers",
    "protocols",
    "sim_backend",
    "labctl/analysis",
    "labctl/bench_files",
    "labctl/calibrating",
    "labctl/emulation",
    "labctl/engine",
    "labctl/experiment",
    "labctl/gui",
    "labctl/importing",
    "labctl/runs",
    "labctl/twins",
)
WORDS = (  # that stand alone as a value of a message: copies, parts of a bench, colours, what an engine does
    *("free", "clamped", "supply", "meter", "controller", "daq", "board", "green", "amber", "red"),
    *("idle", "checking", "running", "calibrating", "storing"),
)
_WORD = re.compile(r"[^\W\d_]{2}")


def texts() -> list[str]:
    """Return every text of the window, sorted."""
    found = {text for file in GUI.rglob("*.py") for text in _given(file, "tr")}
    return sorted(found | templates() | _tables())


def templates() -> set[str]:
    """Return the templates of messages that have words in them; `{first}: {second}` needs no translation."""
    files = [file for folder in SAYING for file in (ROOT / folder).rglob("*.py")]
    found = {*WORDS, *(text for file in files for text in _given(file, "say"))}
    return {text for text in found if _WORD.search(re.sub(r"{[^}]*}", "", text))}


def _given(file: Path, function: str) -> Iterator[str]:
    """Yield what is given to a function as a literal first argument in a file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == function
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def _tables() -> set[str]:
    """Return the words of tables that are shown through tr(variable)."""
    from labctl.engine.lifecycle import STATES, VERBS
    from labctl.experiment import Experiment
    from labctl.gui.app import shown_texts as experiment_texts

    found = {row.label for row in VERBS.values()} | {row.consequence for row in VERBS.values()}
    examples = {tomllib.loads(f.read_text("utf-8")).get("description") for f in ROOT.glob("examples/*.toml")}
    return found | set(STATES.values()) | experiment_texts.shown(Experiment) | (examples - {None})


def read(language: str) -> dict[str, str]:
    """Return what a language's file has, source → translation; unfinished ones are left out."""
    from labctl.gui.text.language import read_translations

    return read_translations(language)


def write(language: str, table: dict[str, str]) -> None:
    """Write a language's file in Qt's format; texts without a translation are marked unfinished."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = "labctl"
    for text in texts():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        if text in table:
            translation.text = table[text]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root, " ")
    file = GUI / "translations" / f"labctl_{language}.ts"
    body = ElementTree.tostring(root, encoding="unicode")
    file.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', "utf-8")


def main() -> None:
    """List or write."""
    for language in LANGUAGES:
        table = read(language)
        for text in texts():
            if text not in table:
                print(f"{language}: {text}")
        if "--write" in sys.argv:
            write(language, table)


if __name__ == "__main__":
    main()
