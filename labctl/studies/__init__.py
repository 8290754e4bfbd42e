"""Studies: published results reproduced by ordinary runs, each from experiment file to figure."""
