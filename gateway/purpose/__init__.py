# SPDX-License-Identifier: EUPL-1.2
"""May they: purposes, rules, what each lets out, and how often."""
