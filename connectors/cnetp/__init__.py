# SPDX-License-Identifier: EUPL-1.2
"""CNETP, the paid leave fund of public works: has a company paid for leave and for days lost to bad weather?"""
