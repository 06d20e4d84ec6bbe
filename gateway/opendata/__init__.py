# SPDX-License-Identifier: EUPL-1.2
"""Open data of the usage, month by month: counts that name nobody, with the checkpoint they were worked out under.

cells.py     counts made k-anonymous
usage.py     a month worked out from the log, once, and kept
catalog.py   the same as CSV, JSON and a DCAT catalogue
"""
