"""A key that all servers of a database share."""

import threading

from app.runs.secret import BYTES, shared_secret
from app.runs.store import Store


def test_it_is_made_once_for_all_and_for_each_purpose(store, database):
    other = Store(database)
    found = []
    threads = [
        threading.Thread(target=lambda at=at: found.append(shared_secret(at, "client")))
        for at in (store, other) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 6
    assert len({*found}) == 1
    assert len(found[0]) == BYTES
    assert shared_secret(other, "else") != found[0]
    other.close()
