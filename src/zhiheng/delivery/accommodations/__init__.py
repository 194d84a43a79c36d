"""Other conditions for candidates who cannot sit the exam under the common ones: asked for, decided, carried out."""
