"""Messages that are data until somebody reads them: a template and the values in it.

A `Message` is a str, the English sentence, so that logs and files hold it as it is; whoever shows it in
another language looks its template up and fills the same values in. The template is the message's code, as
in gettext: changing a wording changes the line that says it, and the catalogue entry of its translation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import SupportsFloat, SupportsIndex, TypeAlias

Field: TypeAlias = "str | int | float | bool | Message | None"

_WHOLE = "{text}"


class Message(str):
    """A sentence that knows its template and its values.

    template: English, with a `{name}` or `{name:.3g}` for each value. fields: the values by name; one may be
    a Message itself.
    """

    __slots__ = ("fields", "template")

    template: str
    fields: Mapping[str, Field]

    def __new__(cls, template: str, fields: Mapping[str, Field] | None = None) -> Message:
        """Fill the values in, in English."""
        values = dict(fields or {})
        self = super().__new__(cls, template.format_map(values) if values else template)
        self.template, self.fields = template, values
        return self

    @classmethod
    def of(cls, text: str) -> Message:
        """Return a text as a Message: as it is when it is one, else as a whole that nobody translates."""
        return text if isinstance(text, Message) else cls(_WHOLE, {"text": str(text)})

    def told(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in another language; `translate` turns a template into the other's.

        A value that is a text is looked up, too: it may be a word of ours, such as the name of a method.
        """
        if self.template == _WHOLE:
            whole = self.fields["text"]
            return whole.told(translate) if isinstance(whole, Message) else translate(str(whole))
        values = {name: _told(value, translate) for name, value in self.fields.items()}
        template = translate(self.template)
        return template.format_map(values) if values else template

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Field]]]:
        """Let it be copied and pickled with its values."""
        return Message, (self.template, dict(self.fields))


def say(template: str, **fields: object) -> Message:
    """Return a message: `say("gives {voltage:.3g} V", voltage=0.21)`. Its template is what is translated.

    An error of labctl's is told with its own values; what is neither text nor number is told as its text.
    """
    return Message(template, {name: _field(value) for name, value in fields.items()})


def _told(value: Field, translate: Callable[[str], str]) -> Field:
    if isinstance(value, Message):
        return value.told(translate)
    return translate(value) if isinstance(value, str) else value


def _field(value: object) -> Field:
    """Return a value as one that travels between processes."""
    if value is None or isinstance(value, Message | bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, SupportsIndex):  # a whole number, NumPy's too
        return value.__index__()
    if isinstance(value, SupportsFloat):
        return float(value)
    told = getattr(value, "message", None)  # of a LabError, which this module cannot know
    return told if isinstance(told, Message) else str(value)


NOTHING = Message("")  # a message that says nothing


def joined(parts: Iterable[str], separator: str = "; ") -> Message:
    """Return several messages as one, each translated by itself."""
    found = [Message.of(part) for part in parts]
    names = [f"part{number}" for number in range(len(found))]
    return Message(separator.join(f"{{{name}}}" for name in names), dict(zip(names, found, strict=True)))
