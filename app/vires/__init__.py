"""Vires."""
