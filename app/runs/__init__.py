"""Runs: what was asked (experiments), who computes it (engine, worker) and what it left (log)."""
