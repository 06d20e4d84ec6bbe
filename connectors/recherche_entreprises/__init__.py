# SPDX-License-Identifier: EUPL-1.2
"""Recherche d'entreprises: the State's public search engine, what it shows of a company and whom a name may mean."""
