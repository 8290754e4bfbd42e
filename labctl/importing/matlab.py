"""Read MATLAB files: plain variables and class objects, with one sentence for whatever is wrong."""

from __future__ import annotations

import importlib
import struct
import warnings
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.importing.recording import SourceFile
from protocols.errors import ConfigError
from protocols.messages import say

_HEADER = 128
# What mat-io and scipy raise for bytes that are not what the header promises.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
AGAIN = "copy it again from where it was published"


def looks_like_matlab(content: bytes) -> bool:
    """Tell whether bytes begin like a MATLAB file, whole or cut short."""
    return b"MATLAB".startswith(content[:6]) or content[126:128] in (b"IM", b"MI")


def read_matlab(source: SourceFile) -> dict[str, Any]:
    """Return the variables of a MATLAB file; class objects keep their `properties`. Raises ConfigError."""
    if len(source.content) < _HEADER:
        raise source.refuse(say("the file is cut short: not even its MATLAB header is complete"), AGAIN)
    with warnings.catch_warnings():
        # mat-io sets a pandas option at import that pandas 3 has retired; it changes nothing here.
        warnings.filterwarnings("ignore", message=".*infer_string.*")
        matio = importlib.import_module("matio")
        refusal: type[Exception] = importlib.import_module("matio.utils.matclass").MatReadError
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # both libraries only warn about some damage
            found = matio.load_from_mat(str(source.path))
    except (refusal, Warning, *_DAMAGE):
        raise source.refuse(
            say("the file is cut short or damaged: its MATLAB data cannot be read"), AGAIN
        ) from None
    return {str(name): value for name, value in found.items() if not str(name).startswith("__")}


class MatlabFields:
    """The properties of a MATLAB object (or the fields of a struct), asked for by name."""

    def __init__(self, source: SourceFile, values: Mapping[str, Any]) -> None:
        self._source = source
        self._values = values

    @classmethod
    def of(cls, source: SourceFile, value: Any) -> MatlabFields | None:
        """Return the fields of an object or of a 1×1 struct; None for anything else."""
        properties = getattr(value, "properties", None)
        if isinstance(properties, Mapping):
            return cls(source, properties)
        if isinstance(value, np.ndarray) and value.dtype.names and value.size == 1:
            row = value.reshape(-1)[0]
            return cls(source, {name: row[name] for name in value.dtype.names})
        return None

    def __contains__(self, name: str) -> bool:
        return name in self._values and np.size(self._values[name]) > 0

    def number(self, name: str, default: float | None = None) -> float:
        """Return a scalar. Raises ConfigError when it is missing without a default, or no number."""
        values = self.numbers(name) if name in self or default is None else np.array([default])
        return float(values.reshape(-1)[0])

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a scalar that counts something."""
        value = self.number(name, default)
        if not np.isfinite(value) or value != round(value):
            raise self.missing(name, say("is not a whole number"))
        return round(value)

    def numbers(self, name: str, *shape: int) -> NDArray[np.float64]:
        """Return an array as float64; `shape`, when given, is what it must have. Raises ConfigError."""
        if name not in self:
            raise self.missing(name, say("is missing or empty"))
        try:
            values = np.asarray(self._values[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise self.missing(name, say("is not numeric")) from None
        if shape and values.shape != shape:
            raise self.missing(
                name,
                say("has the shape {found} instead of {expected}", found=values.shape, expected=shape),
            )
        return values

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        return str(np.ravel(self._values[name])[0]) if name in self else default

    def scalars(self) -> dict[str, float | str]:
        """Return every field that is one number or one text, for the record."""
        found: dict[str, float | str] = {}
        for name, value in self._values.items():
            array = np.asarray(value)
            if array.size == 1 and array.dtype.kind in "fiub":
                number = float(array.reshape(-1)[0])
                found[name] = number if np.isfinite(number) else str(number)
            elif array.size == 1 and array.dtype.kind in "U":
                found[name] = str(array.reshape(-1)[0])
        return found

    def missing(self, name: str, what: str) -> ConfigError:
        """Return the sentence about a field that cannot be used."""
        return self._source.refuse(
            say("its field '{field}' {what}", field=name, what=what),
            say("this is not a run labctl can import"),
        )
