"""One child's way from profile to band, fit, reviews and pounds: what it holds (`model`), how it is put together
(`explain`, with `need`, `band` and `cost`), and how it reads (`words`, `panel`, `author`)."""
