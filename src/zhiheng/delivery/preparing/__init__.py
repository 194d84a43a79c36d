"""Handing a sitting to the hall: a paper for everybody, an attempt for everybody, one sealed pack."""
