"""Approvals, services and rulings as spreadsheets: out by download, in by a checked import."""
