# SPDX-License-Identifier: EUPL-1.2
"""The European Single Procurement Document (DUME), version 4.1.0: its criteria, what an answer lacks, and its XML."""
