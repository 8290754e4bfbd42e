"""One run, from the request to its folder: prepared, checked, carried out, resumed."""
