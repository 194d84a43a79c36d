"""Messages to people outside the page they are on: texts, channels, sending and trying again."""
