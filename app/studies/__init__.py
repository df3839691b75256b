"""Studies: many runs from the command line, without a server, that back what the pages claim."""
