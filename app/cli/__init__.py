"""Experiments from the command line, on a server or without one."""
