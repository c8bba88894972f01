"""One renderer for each format. They render any document and know nothing about networks."""
