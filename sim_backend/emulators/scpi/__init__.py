"""Bench instruments that speak SCPI: a server, a supply, a meter."""
