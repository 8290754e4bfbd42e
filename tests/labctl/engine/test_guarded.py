"""What a calibration or a check that is broken off does with its guardian."""

from __future__ import annotations

import pytest

from labctl.engine import guarded


def test_a_guardian_that_could_not_goes_on_when_the_process_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []

    class Watch:
        """Stands where the guardian's line would be."""

        def watch(self, *_: object) -> None:
            said.append("watch")

        def make_safe(self, reason: str, limit_s: float) -> dict[str, object]:
            said.append(reason)
            return {"safe": False, "problem": "the supply does not answer"}

        def leave(self) -> None:
            said.append("leave")

    monkeypatch.setattr(guarded, "Watch", Watch)
    with pytest.raises(KeyboardInterrupt), guarded.guarded({"kind": "hardware"}, "a test"):
        raise KeyboardInterrupt
    assert said == ["watch", "it was left in the middle: KeyboardInterrupt"]
