"""Which bench a run uses: `sim`, or a bench file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labctl.experiment.load import override, read_toml, validate
from protocols.bench import Bench, Limits
from protocols.errors import ConfigError
from protocols.task import Wiring
from sim_backend import BenchConfig, SimBench, read_doses
from sim_backend.board import build_board
from sim_backend.nominal import law_text


@dataclass(frozen=True)
class LoadedBench:
    """A bench that can be made, its limits, and everything the run stores about it.

    values: the bench file as run; settings: all values in SI; ledger: the imperfections, if simulated.
    check: raises ConfigError for a wiring the bench does not fit, such as lists per edge of another length.
    """

    make: Callable[[], Bench]
    check: Callable[[Wiring], None]
    limits: Limits
    values: dict[str, Any]
    settings: dict[str, Any]
    ledger: list[dict[str, Any]]
    imperfections: str
    conductance_law: str


def load_bench(
    bench: str,
    imperfections: str | None,
    seed: int,
    bench_overrides: Sequence[str] = (),
    dose_overrides: Sequence[str] = (),
) -> LoadedBench:
    """Read a bench: "sim" or a bench file, an imperfection preset or file, and overrides.

    Doses come from the bench file, are replaced as a whole by `imperfections`, then changed one by
    one by `dose_overrides`. Raises ConfigError.
    """
    values: dict[str, Any] = {"kind": "sim"} if bench == "sim" else read_toml(Path(bench))
    file = "bench sim" if bench == "sim" else bench
    if values.get("kind", "sim") != "sim":
        raise ConfigError(
            "this kind of bench cannot be run yet",
            file=file,
            key="kind",
            value=values["kind"],
            allowed='simulated benches have kind = "sim"',
        )
    source = "ideal" if bench == "sim" else f"as in {bench}"
    doses = values.setdefault("imperfections", {})
    if imperfections is not None:
        doses = values["imperfections"] = read_doses(imperfections)
        source, file = imperfections, imperfections if Path(imperfections).suffix else file
    for text in bench_overrides:
        override(values, text)
    for text in dose_overrides:
        override(doses, text)
        source += f" with {text}"
    config = validate(BenchConfig, values, file)
    return LoadedBench(
        make=lambda: SimBench(config, seed=seed),
        check=lambda wiring: _check(config, wiring, seed, file),
        limits=SimBench(config, seed=seed).limits(),
        values=values,
        settings=config.model_dump(mode="json"),
        ledger=config.imperfections.ledger(seed),
        imperfections=source,
        conductance_law=law_text(config.board),
    )


def _check(config: BenchConfig, wiring: Wiring, seed: int, file: str) -> None:
    """Build the board once, for its mistakes."""
    try:
        build_board(config, wiring, seed)
    except ConfigError as error:
        raise error.at(file=file) from None
