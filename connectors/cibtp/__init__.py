# SPDX-License-Identifier: EUPL-1.2
"""CIBTP, the paid leave funds of building: has an establishment paid for leave and for days lost to bad weather?"""
