"""A witness: a program of its own that cosigns a log's checkpoint only if it continues the last one.

It needs Python, the package `cryptography`, and this folder with its neighbour verify_receipt.py: nothing of
the site. It speaks c2sp.org/tlog-witness and signs c2sp.org/tlog-cosignature (cosignature/v1, Ed25519).
"""
