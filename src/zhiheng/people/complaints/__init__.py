"""Complaints: handed in by anybody, answered by the administrator, never in the hands of those they are about."""
