"""What the Vision tab shows and does. `playground.tabs` says what each module is for."""
