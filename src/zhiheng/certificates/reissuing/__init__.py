"""A certificate issued anew because its holder's name or number was put right."""
