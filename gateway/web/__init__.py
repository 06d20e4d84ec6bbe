# SPDX-License-Identifier: EUPL-1.2
"""Pages for people: plain HTML first, escaped by default, behind the people's door."""
