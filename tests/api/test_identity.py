"""A client has one name at all servers of a database, and no other."""

import pytest

from app.api.identity import Identity, household
from app.runs.migrate import migrate
from app.runs.store import Store


@pytest.fixture
def stores(tmp_path):
    opened = [Store(f"sqlite:///{tmp_path}/{name}.db") for name in ("one", "other")]
    yield opened
    for store in opened:
        store.close()


def test_servers_of_one_database_give_the_same_names(stores):
    for store in stores:
        migrate(store)
    first, replica, elsewhere = Identity(stores[0]), Identity(stores[0]), Identity(stores[1])
    name = first.name_of("192.0.2.7")
    assert replica.name_of("192.0.2.7") == name
    assert first.name_of("192.0.2.8") != name
    assert elsewhere.name_of("192.0.2.7") != name, "nobody else knows the key"
    assert "192" not in name
    assert len(name) == 16


def test_while_the_database_is_away_a_server_knows_him_all_the_same(stores):
    identity = Identity(stores[0])  # without a table
    assert identity.name_of("192.0.2.7") == identity.name_of("192.0.2.7")
    migrate(stores[0])
    assert identity.name_of("192.0.2.7") == Identity(stores[0]).name_of("192.0.2.7")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_one_client(address, network):
    assert household(address) == network
