"""Circuits for ngspice: many of them in one netlist, solved by one process, node voltages back."""

import os
import re
import shutil
import subprocess

import pytest

HINT = "ngspice is not installed: apt-get install ngspice (make setup does it when run as root)"
OPTIONS = ".options reltol=1e-6 abstol=1e-15 vntol=1e-10"  # gmin: the default, 1e-12 S
CARD = "level=1 vto=0.75 gamma=1.09 phi=0.94995 kp=6.24961e-5 lambda=0.199985 rsh=73.213"
DIODE = ".model junction d(is=1e-14 n=1)"
SIZE = "l=7.8u w=138u nrd=0.3 nrs=1"
VALUE = re.compile(r"^(\S+) = (\S+)$", re.MULTILINE)


def transistor(gate):
    """An ALD1106 with this gate voltage: drain at the tail of the edge, source at its head, bulk at 0 V."""
    return lambda name, tail, head: (
        f"m{name} {tail} g{name} {head} 0 ald1106 {SIZE}\nvg{name} g{name} 0 {float(gate)!r}"
    )


def resistor(ohm):
    return lambda name, tail, head: f"r{name} {tail} {head} {float(ohm)!r}"


def diode():
    return lambda name, tail, head: f"d{name} {tail} {head} junction"


def nothing():
    return lambda name, tail, head: f"* {name} is open"


def require():
    """Skip the test where ngspice is missing; under CI fail instead."""
    if shutil.which("ngspice"):
        return
    if os.environ.get("CI"):
        pytest.fail(HINT)
    pytest.skip(HINT)


def solve(circuits, junction_A=1e-14):
    """Return for each circuit what ngspice finds: (volts by node, amperes that each fixed node supplies).

    A circuit is (edges, parts, fixed): (tail, head) pairs, what each is, volts by fixed node; they
    share nothing but ground. junction_A: saturation current of a transistor's bulk junctions; ngspice's
    own is the default.
    """
    require()
    lines = ["circuits", OPTIONS, f".model ald1106 nmos({CARD} is={junction_A})", DIODE]
    for number, (edges, parts, fixed) in enumerate(circuits):
        for edge, ((tail, head), part) in enumerate(zip(edges, parts, strict=True)):
            lines.append(part(f"{number}_{edge}", f"n{number}_{tail}", f"n{number}_{head}"))
        lines += [f"v{number}_{node} n{number}_{node} 0 {float(volts)!r}" for node, volts in fixed.items()]
    lines += [".control", "set numdgt=15", "op", "print all", ".endc", ".end", ""]
    values = _run("\n".join(lines))
    answers = []
    for number, (edges, _, fixed) in enumerate(circuits):
        names = {node: f"n{number}_{node}" for edge in edges for node in edge}
        volts = {node: values[name] for node, name in names.items() if name in values}
        answers.append((volts, {node: -values[f"v{number}_{node}#branch"] for node in fixed}))
    return answers


def _run(netlist):
    command = ["ngspice", "-b", "-n", "/dev/stdin"]
    done = subprocess.run(command, input=netlist, capture_output=True, text=True, timeout=60, check=False)
    values = {name: float(value) for name, value in VALUE.findall(done.stdout)}
    assert values, f"ngspice found no operating point:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return values
