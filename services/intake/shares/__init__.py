"""What a browser's share sheet or a bookmarklet hands over, made into the draft of a capture; nothing is kept."""
