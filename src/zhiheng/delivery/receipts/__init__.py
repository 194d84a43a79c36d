"""Receipts in the candidates' hands: checked by anybody, recomputed by whoever holds the answers."""
