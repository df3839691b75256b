"""Who asks: a name for an address, the same at every server, from which nobody reads the address.

It is a keyed hash. The key is in the database, so that the servers of one database give a client
one turn in the queue and one share of it.
"""

import hashlib
import ipaddress
import logging
import secrets

from sqlalchemy.exc import SQLAlchemyError

from app.runs.secret import BYTES, shared_secret
from app.runs.store import Store, reason

log = logging.getLogger(__name__)


class Identity:
    """Names clients.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: bytes | None = None
        self._own = secrets.token_bytes(BYTES)

    def name_of(self, address: str) -> str:
        """Return the name of an address; the address itself is stored nowhere."""
        key = self._key or self._shared_key()
        return hashlib.blake2b(household(address).encode(), key=key, digest_size=8).hexdigest()

    def _shared_key(self) -> bytes:
        try:
            self._key = shared_secret(self._store, "client")
        except SQLAlchemyError as error:
            # What needs the database will say so; the rest goes on under a name of this server.
            log.warning("the key of names cannot be read", extra={"error": reason(error)})
            return self._own
        return self._key


def household(address: str) -> str:
    """Return the network of an IPv6 address: whoever has one has 2^64, and could use each once."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found.packed, 64), strict=False))
