"""The daemon's voice: who is told what is new, when, and how it reaches them. Start at voice.py."""
