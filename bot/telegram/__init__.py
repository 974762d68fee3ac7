"""The conversation: who it is, what was tapped or typed, and how the answer looks."""
