# SPDX-License-Identifier: EUPL-1.2
"""Where the log is kept: one file of SQLite, or a PostgreSQL database that several gateways share."""
