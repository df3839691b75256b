"""What has to work through any proxy: pages, their files, the API, a live stream, resuming it."""

import re
from urllib.parse import urljoin

import httpx

from tests.api.sse import read_events

BODY = {
    "base": {
        "task": {"length": 30},
        "training": {"steps": 300, "batch_size": 8, "stop_when_solved": False},
        "frame_every": 3,
    }
}


def travel(lab: str, *, seed: int = 0, client: httpx.Client | None = None) -> None:
    """Visit everything below `lab`, the address of the lab with a slash at its end."""
    with client or httpx.Client(timeout=60, follow_redirects=True) as client:
        _pages(client, lab)
        _live(client, lab, seed)


def _pages(client: httpx.Client, lab: str) -> None:
    seen = set()
    for name in ("", "lab", "compare", "challenges", "about", "docs"):
        page = client.get(urljoin(lab, name))
        assert page.status_code == 200, (name, page.status_code)
        assert str(page.url).startswith(lab)
        for link in re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page.text):
            seen.add(urljoin(str(page.url), link))
    own = {url for url in seen if not url.startswith("data:")}
    assert own
    for url in own:
        assert url.startswith(lab), f"{url} leaves the prefix"
        assert client.get(url).status_code == 200, url


def _live(client: httpx.Client, lab: str, seed: int) -> None:
    asked = client.post(
        urljoin(lab, "api/v1/experiments"), json={**BODY, "base": {**BODY["base"], "seed": seed}}
    )
    assert asked.status_code == 201, asked.text
    this = urljoin(lab, f"api/v1/experiments/{asked.json()['id']}")
    headers = {"Accept": "text/event-stream"}
    frames: list[int] = []
    with client.stream("GET", f"{this}/events", headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        for event in read_events(answer.iter_lines()):
            if event.name == "frame":
                frames.append(event.value["seq"])
                if len(frames) == 5:
                    # A proxy that holds the stream back delivers nothing before its end.
                    assert client.get(this).json()["state"] == "running", "it was held back"
                    break
    headers["Last-Event-ID"] = event.id or ""
    with client.stream("GET", f"{this}/events", headers=headers) as answer:
        for event in read_events(answer.iter_lines()):
            if event.name == "frame":
                frames.append(event.value["seq"])
    assert event.name == "end"
    assert frames == list(range(101)), client.get(this).text
