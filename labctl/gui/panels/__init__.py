"""What somebody works with: experiment, bench, runs, queue, notes, imperfections, banner and run control."""
