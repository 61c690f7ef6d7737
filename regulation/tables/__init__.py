"""Tables as files: CSV and workbooks, read and written row by row; columns as data. No models, no queries."""
