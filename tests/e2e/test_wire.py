"""What a browser makes of our headers: the policy of every page, the compressed stream."""

import pytest

from .conftest import OpenLab

pytestmark = pytest.mark.e2e

PAGES = ["", "lab", "compare", "challenges", "about", "docs"]
PAGES += ["embed/profile", "embed/lesson/forgetting"]

# Follow a run that goes on for long; what has arrived while it still trains arrived live.
WATCH = """async () => {
  const training = { steps: 20000, stop_when_solved: false };
  const asked = await (await fetch("api/v1/experiments", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ base: { task: { length: 20 }, training, seed: 77, frame_every: 5 } }),
  })).json();
  const source = new EventSource(asked.links.events);
  const frames = [];
  await new Promise((enough) => source.addEventListener("frame", (event) => {
    frames.push({ seq: JSON.parse(event.data).seq, at: event.timeStamp });
    if (frames.length === 40) enough();
  }));
  const { state } = await (await fetch(asked.links.self)).json();
  source.close();
  await fetch(asked.links.self, {
    method: "DELETE",
    headers: { "Content-Type": "application/json" },
  });
  return { frames, state };
}"""


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_no_page_violates_its_policy(lab: OpenLab, lang: str) -> None:
    """The pages after a run are in test_lab.py, with the same watch."""
    visitor = lab()
    for path in PAGES:
        answer = visitor.page.goto(f"{visitor.url}/{path}?lang={lang}")
        assert answer is not None
        assert answer.status == 200, path
    assert visitor.complaints == []
    # And the watch sees one when there is one.
    visitor.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"top: 0\">')")
    visitor.page.wait_for_function("document.body.lastElementChild.matches('p')")
    seen, visitor.complaints = visitor.complaints, []
    assert any("policy: style-src-attr refuses inline" in complaint for complaint in seen)


def test_a_compressed_stream_arrives_frame_by_frame(lab: OpenLab) -> None:
    visitor = lab()
    encodings: list[str | None] = []
    visitor.page.on(
        "response",
        lambda answer: (
            encodings.append(answer.headers.get("content-encoding"))
            if answer.url.endswith("/events")
            else None
        ),
    )
    visitor.page.goto(f"{visitor.url}/about?lang=en")
    found = visitor.page.evaluate(WATCH)
    assert encodings == ["gzip"]
    assert found["state"] == "running"
    assert [frame["seq"] for frame in found["frames"]] == list(range(len(found["frames"])))
    assert len({frame["at"] for frame in found["frames"]}) > 10  # not in one piece
