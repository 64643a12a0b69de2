"""Benchmarks and long runs; each is a command named in CONTRIBUTING, its results in RESULTS.md."""
