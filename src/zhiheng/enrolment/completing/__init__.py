"""Links by which candidates without an account complete their own files."""
