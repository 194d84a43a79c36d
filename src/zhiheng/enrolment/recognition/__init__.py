"""What machines see on documents: faces on photos, text on cards and certificates. Hints for people."""
