# SPDX-License-Identifier: EUPL-1.2
"""The console's own file, `console.db`: saved searches, findings, campaigns. What was done is in the log.

No identifier of a company stands in it: searches are kept as addresses, in which identifiers are sealed.
"""

from pathlib import Path

from gateway.ownfile import Kind, OwnFile

_SCHEMA = """
CREATE TABLE saved(
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX saved_by_account ON saved(account, at);
CREATE TABLE finding(
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, whom TEXT NOT NULL, span TEXT NOT NULL, at INTEGER NOT NULL,
  told TEXT NOT NULL, count INTEGER NOT NULL, consumer TEXT NOT NULL, habilitation TEXT NOT NULL,
  address TEXT NOT NULL, recorded INTEGER NOT NULL, state TEXT NOT NULL, closed_at INTEGER, closed_by TEXT,
  reason TEXT NOT NULL DEFAULT '', UNIQUE(rule, whom, span)) STRICT;
CREATE INDEX finding_by_state ON finding(state, at);
CREATE TABLE campaign(
  id TEXT PRIMARY KEY, title TEXT NOT NULL, message TEXT NOT NULL, address TEXT NOT NULL, told TEXT NOT NULL,
  seed TEXT NOT NULL, size INTEGER NOT NULL, population INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
  deadline INTEGER NOT NULL, state TEXT NOT NULL, closed_at INTEGER, conclusion TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE sample(
  campaign TEXT NOT NULL REFERENCES campaign(id), seq INTEGER NOT NULL, exchange TEXT NOT NULL, consumer TEXT NOT NULL,
  at TEXT NOT NULL, product TEXT NOT NULL, object TEXT NOT NULL, recipient TEXT NOT NULL,
  answer TEXT, answered_at INTEGER, decision TEXT, decided_at INTEGER, decided_by TEXT, reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(campaign, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE door(
  digest BLOB PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign(id), consumer TEXT NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE TABLE file(
  id TEXT PRIMARY KEY, campaign TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL,
  size INTEGER NOT NULL, digest TEXT NOT NULL, nonce BLOB NOT NULL, content BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX file_by_sample ON file(campaign, seq);
"""


class StoreUnavailable(Exception):
    """The console's file cannot be read or written. The message says why, in French."""


class ConsoleStore(OwnFile):
    """The open file."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it when there is none. Raises StoreUnavailable."""
        super().__init__(path, Kind(f"Le fichier de la console « {path.name} »", StoreUnavailable, _SCHEMA))
