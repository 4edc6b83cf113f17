"""What happens below the roots of an index on a cluster? See `update.following`."""

from __future__ import annotations

from indexer.errors import FahrasError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.remote.address import parse
from indexer.remote.client import Client
from indexer.remote.head import Meta
from indexer.update.following import Following


class RemoteFollowing(Following):
    """Follows the roots of one index on a cluster."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._meta = Meta(Client(parse(where)))
        self._known: tuple[int, int] | None = None
        super().__init__(where)

    def _load(self) -> Catalogue:
        """The newest catalogue; the same as before while the cluster does not answer."""
        try:
            head = self._meta.read()[0]
            commit = (head.number, head.generation)
            if commit != self._known:
                data = self._meta.read_pieces("catalogue", head)
                self.catalogue = catalogues.unpacked(data, self._where)
                self._known = commit
        except FahrasError:
            if self._known is None:
                raise
        return self.catalogue
