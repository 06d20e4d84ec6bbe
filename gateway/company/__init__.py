# SPDX-License-Identifier: EUPL-1.2
"""The company's view, without its pages: who consulted its data, the proof that this is all, and what it says of it.

view.py     its consultations, newest first, less those under embargo; each look is a durable record first
days.py     the proofs of closed days
store.py    company.db: addresses and tokens it opened, consultations it contests
usage.py    the same consultations as a feed, and as Estonia's data tracker spells them
"""
