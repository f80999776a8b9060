"""What people open: a summary as one page that needs no network, no script and nothing beside it.

`charts` draws tables with altair, `svg` makes what vl-convert gives fit to stand in a page, `page` fills the templates.
All three need `banding[report]`.
"""
