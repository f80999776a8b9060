"""What people open: a summary as one page that needs no network, no script and nothing beside it, and as a workbook.

The way of a summary to the page: `charts` says what is drawn of which table, `drawing` draws it with altair, `svg`
makes that fit to stand in a page, `page` fills the templates. They need `banding[report]`; `workbook` does not.
"""
