"""What a person may ask of those who keep their data: consent, a copy, erasure."""
