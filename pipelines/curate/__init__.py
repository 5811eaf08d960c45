"""What a curator does with feeds: find them, look at them, write them down, pass them on."""
