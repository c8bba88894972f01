"""One renderer for each notation. They render any document and know nothing of networks."""
