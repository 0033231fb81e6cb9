"""What the Chat tab shows and does. `playground.tabs` says what each module is for."""
