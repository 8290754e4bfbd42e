"""The queue: what its rows tell, when it starts, what switches it off and what somebody does about that."""

from __future__ import annotations

from pathlib import Path

import pytest

from labctl.engine.lifecycle import Verb
from protocols.engine import Outcome

from ..conftest import EXAMPLES, Opened, prepare, start, until

pytestmark = pytest.mark.gui
FOREVER = 50_000_000


def test_rows_tell_what_differs(open_window: Opened) -> None:
    window = open_window(live=False)
    queue, document = window.panels.queue, window.panels.experiment.document
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    saved = document.get("training.cycles")
    queue.add()
    document.set("training.cycles", 1234)
    document.set("method.kind", "standard")
    window.panels.imperfections.set_dose("bias_mean", 0.25)
    queue.add()
    rows = [queue.list.item(k).text() for k in range(2)]
    assert rows[0] != rows[1]
    assert f"{saved:,} cycles" in rows[0]
    assert all(told in rows[1] for told in ("standard", "1,234 cycles", f"training.cycles: {saved} → 1234"))
    assert "bias_mean" in queue.list.item(1).toolTip()
    assert queue._request(queue.requests[1]).overrides  # noqa: SLF001


def test_a_queue_of_an_older_labctl_is_dropped_with_a_sentence(open_window: Opened) -> None:
    window = open_window(live=False)
    window.state.store.setValue(
        "queue", '[{"experiment": "xor.toml", "bench": "sim", "text": "", "seed": 5}]'
    )
    queue = open_window(live=False).panels.queue
    assert not queue.requests
    assert "older labctl" in queue.said.text()


@pytest.mark.slow
def test_switching_on_goes_on_after_a_stop_and_a_file_that_is_gone_waits(
    open_window: Opened, tmp_path: Path
) -> None:
    window = open_window()
    queue = window.panels.queue
    prepare(window, "xor", FOREVER)
    start(window)
    window.panels.experiment.document.set("training.cycles", 100)
    queue.on.click()
    queue.add()
    window.panels.controls.buttons[Verb.ABORT].click()
    until(lambda: not queue.on.isChecked())  # somebody has to look
    assert window.state.snapshot.outcome is Outcome.ABORTED
    assert "aborted" in queue.said.text()
    serial = window.state.snapshot.run.serial
    queue.on.click()  # somebody has; nothing changes in the engine meanwhile
    until(
        lambda: window.state.snapshot.run.serial == serial + 1 and window.state.snapshot.is_over,
        20,
        queue.said.text,
    )
    assert window.state.snapshot.outcome is Outcome.COMPLETED
    assert queue.on.isChecked()
    assert not queue.requests
    queue.on.click()

    file = tmp_path / "gone.toml"
    file.write_text('kind = "sim"\n', "utf-8")
    window.panels.experiment.choose_bench(str(file))
    queue.add()
    file.unlink()
    queue.on.click()
    until(lambda: not queue.on.isChecked())
    assert queue.said.text().startswith("The queue waits: ")
    assert "gone.toml" in queue.said.text()
    assert len(queue.requests) == 1
    assert not window.messages.boxes
