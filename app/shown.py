"""Addresses of databases as they may stand in a log or a message."""

from sqlalchemy.engine import URL

# Drivers take these in the query of an address, too.
_SECRET = frozenset({"password", "passfile", "sslpassword", "sslkey"})


def without_secrets(url: URL) -> str:
    """Return the address with everything that opens a door replaced by stars."""
    query = {name: "***" if name.lower() in _SECRET else value for name, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True)
