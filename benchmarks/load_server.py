"""A server without workers, for ``benchmarks.load``: what is asked for is stored, and waits."""

from app.logs import configure
from app.main import create_app, make_server
from app.runs.engine import Engine
from app.settings import Settings


class IdleEngine(Engine):
    """Is ready, and computes nothing."""

    def __init__(self) -> None:
        self.status, self.workers = "ready", 1

    def start(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def stop(self, timeout: float = 0.0) -> None:
        self.status = "stopping"


if __name__ == "__main__":
    settings = Settings()
    configure("error")
    make_server(create_app(settings, engine=IdleEngine()), settings).run()
