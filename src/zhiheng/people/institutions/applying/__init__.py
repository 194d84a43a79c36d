"""How an organisation asks to become an institution, and what is answered."""
