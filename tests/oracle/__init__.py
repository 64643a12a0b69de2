"""The independent oracle: decision.md once more, by brute force, with the standard library only."""
