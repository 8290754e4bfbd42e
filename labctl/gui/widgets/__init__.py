"""Parts that any panel or plot may use: fields, bars, colours."""
