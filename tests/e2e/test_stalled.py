"""A server that is there and says nothing, as behind a network that went away without a word."""

import signal
from collections.abc import Callable

import pytest

from tests.conftest import StartServer

from .conftest import Lab

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LONG = "task.length=10&training.steps=20000&training.stop_when_solved=false&frame_every=20&seed=3"


def test_a_page_leaves_a_silent_stream_and_continues_when_the_server_speaks_again(
    contexts: Callable, start: StartServer
) -> None:
    server = start(VGL_HEARTBEAT="1")
    page_lab = Lab(contexts(reduced_motion="reduce").new_page(), server.url)
    try:
        page_lab.open(LONG)
        page_lab.run()
        page_lab.wait_for_frames()
        opened: list[str] = []
        page_lab.page.on(
            "request", lambda asked: "/events" in asked.url and opened.append(asked.url)
        )
        server.process.send_signal(signal.SIGSTOP)
        try:
            # Nothing closes the connection: only the silence tells.
            page_lab.page.locator("#status[data-tone=warning]").wait_for(timeout=30_000)
            assert "Reconnecting" in page_lab.text("#status")
        finally:
            server.process.send_signal(signal.SIGCONT)
        page_lab.page.locator("#status:not([data-tone=warning])").wait_for(timeout=30_000)
        assert all("last_event_id=" in url for url in opened)
        assert opened
    finally:
        page_lab.page.close()
