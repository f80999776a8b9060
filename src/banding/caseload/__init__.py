"""Caseloads: what councils have on file, as one typed frame with the findings beside it."""
