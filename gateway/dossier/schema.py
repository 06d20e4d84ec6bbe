# SPDX-License-Identifier: EUPL-1.2
"""The tables of `dossiers.db`; `tenders.py` and `markets_store.py` add theirs beside them."""

SCHEMA = """
CREATE TABLE dossier(
  id TEXT PRIMARY KEY, habilitation TEXT NOT NULL, standing TEXT NOT NULL, until INTEGER NOT NULL,
  unsettled INTEGER NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX dossier_until ON dossier(until);
CREATE INDEX dossier_habilitation ON dossier(habilitation);
CREATE TABLE part(
  rank INTEGER PRIMARY KEY, dossier TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
  UNIQUE(dossier, kind, id)) STRICT;
CREATE TABLE blob(
  dossier TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(dossier, sha256)) STRICT;
CREATE TABLE event(
  dossier TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(dossier, seq)) STRICT;
CREATE TABLE request(
  key TEXT PRIMARY KEY, digest TEXT NOT NULL, dossier TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE delivery(
  dossier TEXT NOT NULL, seq INTEGER NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
  PRIMARY KEY(dossier, seq)) STRICT;
CREATE TABLE kept(
  key TEXT PRIMARY KEY, dossier TEXT NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE series(year INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
PRAGMA user_version = 1;
"""
