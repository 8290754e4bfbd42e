"""One simulated board: its settings, its imperfections by dose, and the arrays they become."""
