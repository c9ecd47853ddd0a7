"""Pages of the archive: parse, call a service or selector, render."""
