"""`zhiheng hall rehearse`: a whole sitting with made-up candidates against a real hall on this machine."""
