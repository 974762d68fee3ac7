"""What each button, command and message does: one topic a module."""
