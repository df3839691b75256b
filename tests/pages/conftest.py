"""Pages alone, without API, engine or database."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.pages import routes
from app.settings import Settings


class Client:
    """Calls an application in this process, one request after the other."""

    def __init__(self, app: Any, prefix: str = "") -> None:
        self._app, self._prefix = app, prefix

    def get(self, path: str, *, raw: bool = False, **options: Any) -> httpx.Response:
        """``raw``: leave the body as it was sent, compressed or not."""
        return asyncio.run(self._get(path, raw, options))

    async def _get(self, path: str, raw: bool, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            request = client.build_request("GET", self._prefix + path, **options)
            answer = await client.send(request, stream=True)
            if raw:
                answer._content = b"".join([part async for part in answer.aiter_raw()])
            else:
                await answer.aread()
            await answer.aclose()
            return answer


@pytest.fixture(scope="module")
def client() -> Client:
    app = FastAPI()
    routes.install(app, Settings())
    return Client(app)
