# SPDX-License-Identifier: EUPL-1.2
"""The shape of `index.db`.

line      one record, under its number in the log; questions are folded into their outcome (`asked`: its number)
pending   questions without an outcome so far: being answered, or what a crash left behind
term      the values of short lists, numbered
posting   key = term · 2^24 + block: which lines of a full block carry the term (bits.py); term 0 is « any line »
block     full blocks of 65,536 record numbers: how many lines, their first and last instants
day       what happened each day, by registry, purpose and outcome, with a histogram of latencies
hour      what each consumer did each hour
state     one row: how many records were read, the frontier of their tree, the last leaf; from which record on those
          that were erased are looked for; why the index was last built again

Numbers of lines grow with time, so an index on a column alone gives its lines newest first.
"""

from gateway.audit.index.lines import KEYS, TERMS

FORMAT = 1
TERM_SHIFT = 24
ANY = 0

LATENCIES_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Upper bounds of the histogram's columns; the last column has none."""

HISTOGRAM = tuple(f"h{number}" for number in range(len(LATENCIES_MS) + 1))
COLUMNS = ("seq", "asked", "at", *TERMS, *KEYS, "status", "latency", "cached")

_VALUES = ", ".join(f"{name} INTEGER" for name in (*TERMS, *KEYS, "status", "latency", "cached"))
_COUNTS = ", ".join(f"{name} INTEGER NOT NULL" for name in HISTOGRAM)

SCHEMA = f"""
CREATE TABLE line(seq INTEGER PRIMARY KEY, asked INTEGER, at INTEGER NOT NULL, {_VALUES}) STRICT;
CREATE INDEX line_exchange ON line(exchange) WHERE exchange IS NOT NULL;
CREATE INDEX line_subject ON line(subject) WHERE subject IS NOT NULL;
CREATE INDEX line_agent ON line(agent) WHERE agent IS NOT NULL;
CREATE INDEX line_object ON line(object) WHERE object IS NOT NULL;
CREATE TABLE pending(seq INTEGER PRIMARY KEY, asked INTEGER, at INTEGER NOT NULL, {_VALUES}) STRICT;
CREATE INDEX pending_exchange ON pending(exchange);
CREATE TABLE term(id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE(field, text)) STRICT;
CREATE TABLE posting(key INTEGER PRIMARY KEY, n INTEGER NOT NULL, bits BLOB NOT NULL) STRICT;
CREATE TABLE block(block INTEGER PRIMARY KEY, n INTEGER NOT NULL, first_at INTEGER, last_at INTEGER) STRICT;
CREATE TABLE day(
  day INTEGER NOT NULL, registry INTEGER NOT NULL, purpose INTEGER NOT NULL, event INTEGER NOT NULL,
  code INTEGER NOT NULL, n INTEGER NOT NULL, cached INTEGER NOT NULL, {_COUNTS},
  PRIMARY KEY(day, registry, purpose, event, code)) STRICT, WITHOUT ROWID;
CREATE TABLE hour(
  consumer INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL, refused INTEGER NOT NULL,
  PRIMARY KEY(consumer, hour)) STRICT, WITHOUT ROWID;
CREATE TABLE state(
  size INTEGER NOT NULL, frontier BLOB NOT NULL, leaf BLOB NOT NULL, sweep INTEGER, rebuilt TEXT NOT NULL) STRICT;
PRAGMA user_version = {FORMAT};
"""
