"""`labctl schema`: the JSON schema of experiment and bench files, for editors."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import BaseModel

from labctl.experiment import Experiment
from sim_backend import BenchConfig, Imperfections


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
    models: dict[Which, type[BaseModel]] = {
        Which.EXPERIMENT: Experiment,
        Which.BENCH: BenchConfig,
        Which.IMPERFECTIONS: Imperfections,
    }
    typer.echo(json.dumps(models[which].model_json_schema(), indent=2, ensure_ascii=False))
