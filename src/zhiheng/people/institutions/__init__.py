"""Institutions: how one comes to be authorised, for what and how long, and who acts for it."""
