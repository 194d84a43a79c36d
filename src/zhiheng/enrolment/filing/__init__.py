"""Papers and facts put into an application, whoever hands them in."""
