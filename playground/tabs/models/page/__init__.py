"""What the Models tab shows and does. `playground.tabs` says what each module is for.

The tab is a row of sections: each folder of `sections` is one, and is found there by `page.tab`. Its `section.py` has
`NAME`, `ORDER`, `build(page, room)` and `publish(app)`; beside it stand its layout, events, drawing and api.
"""
