"""Whether others reach this machine: its addresses, and whether any other device has been here."""

from __future__ import annotations

from socket import AF_INET

import psutil


def addresses() -> list[str]:
    """The addresses at which others on the network may reach this machine, as its own interfaces say."""
    found = [one.address for many in psutil.net_if_addrs().values() for one in many if one.family == AF_INET]
    return [address for address in found if not address.startswith("127.")]


class Visits:
    """Whether a device other than this machine has asked for the page of those who take part.

    Which one it was is not kept.
    """

    def __init__(self) -> None:
        self.from_elsewhere = False

    def came(self, address: str) -> None:
        """Somebody asked, from an address."""
        if not self.from_elsewhere and not address.startswith("127.") and address not in ("", "::1", "testclient"):
            self.from_elsewhere = address not in addresses()


VISITS = Visits()
"""Of this server."""
