# SPDX-License-Identifier: EUPL-1.2
"""The published contract: an OpenAPI 3.1 document written from contracts, schemas, texts and problems.

A section is a function from `Facts` to paths and components; `document.py` puts them together. Nothing here runs while
the gateway answers: what is served is the committed document, as it stands.
"""
