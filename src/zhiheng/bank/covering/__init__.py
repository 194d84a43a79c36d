"""How much of a standard the usable questions reach, drawn point by point."""
