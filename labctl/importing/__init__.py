"""Import of published and foreign measurements as ordinary runs."""

from labctl.importing.importer import Imported, import_file

__all__ = ["Imported", "import_file"]
