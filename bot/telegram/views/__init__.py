"""Domain values made into text and buttons. No decisions."""
