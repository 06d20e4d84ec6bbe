# SPDX-License-Identifier: EUPL-1.2
"""The search index of the log: derived from it, thrown away and built again at will, never evidence of anything.

lines.py    from a record to what may be searched: small numbers, no text that somebody stated
bits.py     which lines of a block carry a value, as one number of 65,536 bits
store.py    the file `index.db`: lines, bits, days
follow.py   tails a log into the store, and notices a log that is not the one it knew
search.py   what an auditor looks for, and the page that answers
"""
