# SPDX-License-Identifier: EUPL-1.2
"""The auditors' console, without its pages: what is looked for, one exchange told end to end, exports, reviews.

question.py    what an auditor looks for, from a form or an address; how the log says it
seal.py        identifiers of companies and agents in an address, unreadable to whoever keeps addresses
desk.py        reading the log: each look is itself a durable record before anything is shown
story.py       one exchange, from its question to its proof
export.py      lines and their proofs, as files that need no trust in us
"""
