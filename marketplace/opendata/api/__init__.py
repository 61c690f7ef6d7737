"""The interface for programs, at /api/v1/: reads for everybody, and with a token what its holder may do.

One module a noun. What is asked is validated by the forms of the pages, decided by their access functions,
and done by their operations; what is answered comes from their queries.
"""
