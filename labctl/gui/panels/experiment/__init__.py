"""The experiment panel: file, forms, editor and preflight."""
