"""What people open: a summary as one page that needs no network, no script and nothing beside it.

The way of a summary through the rooms: `charts` says what is drawn of which table, `drawing` draws it with altair,
`svg` makes that fit to stand in a page, `page` fills the templates. `workbook` writes the same summary as an Excel
workbook. They need `banding[report]`.
"""
