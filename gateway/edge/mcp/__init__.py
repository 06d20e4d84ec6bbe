# SPDX-License-Identifier: EUPL-1.2
"""`/mcp`, the door for programs of language models: products as tools of the Model Context Protocol."""
