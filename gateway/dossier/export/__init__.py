# SPDX-License-Identifier: EUPL-1.2
"""What leaves of a dossier as files: readable pages, data with their schema, a package that proves itself."""
