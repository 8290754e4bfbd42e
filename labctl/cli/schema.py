"""`labctl schema`: the JSON schema of experiment and bench files, for editors."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class Which(StrEnum):
    """Files that have a schema."""

    EXPERIMENT = "experiment"
    BENCH = "bench"
    IMPERFECTIONS = "imperfections"


def schema(
    which: Annotated[Which, typer.Argument(help="Which file the schema is for.")] = Which.EXPERIMENT,
) -> None:
    """Print a JSON schema, so that editors complete and check files.

    Example: labctl schema experiment > experiment.schema.json
    """
    from pydantic import TypeAdapter

    from labctl.bench_files.hardware_file import HardwareBenchFile
    from labctl.bench_files.sim_file import SimBenchFile
    from labctl.experiment import Experiment
    from sim_backend import Imperfections

    models: dict[Which, TypeAdapter[Any]] = {
        Which.EXPERIMENT: TypeAdapter(Experiment),
        Which.BENCH: TypeAdapter(SimBenchFile | HardwareBenchFile),  # by kind: "sim" or "hardware"
        Which.IMPERFECTIONS: TypeAdapter(Imperfections),
    }
    typer.echo(json.dumps(models[which].json_schema(), indent=2, ensure_ascii=False))
