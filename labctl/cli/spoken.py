"""Messages as the command line prints them: where a lower layer means a tool, its command is named."""

from __future__ import annotations

from protocols.messages import Message


def spoken(text: str) -> str:
    """Return a text or message in English, with the commands of labctl in it."""
    from drivers.errors import ASKING, ATTACHED, EMULATORS

    commands = {
        ATTACHED.template: "`labctl instruments`",
        ASKING.template: "'labctl instruments BENCH.toml'",
        EMULATORS.template: "'labctl emulate'",
    }
    return Message.of(text).told(lambda template: commands.get(template, template))
