# SPDX-License-Identifier: EUPL-1.2
"""The pages of the auditors' console, under `/console`: one module a subject, each with its routes."""
