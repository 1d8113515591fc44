"""Messages to patients: when they are due (policy), what they say (messages), how they leave (channels, dispatch)."""
