"""All measurements, one after the other: ``python -m benchmarks``, or ``make bench``.

Each is a module of its own, with options of its own: ``python -m benchmarks.step_vs_peers --help``.
"""

import importlib.util
import subprocess
import sys

PEERS = ("torch", "jax", "keras")

subprocess.run([sys.executable, "-m", "benchmarks.costs"], check=True)
if all(importlib.util.find_spec(name) for name in PEERS):
    subprocess.run([sys.executable, "-m", "benchmarks.step_vs_peers"], check=True)
else:
    print("\nNo comparison with peers: pip install -r requirements-peers.txt")
