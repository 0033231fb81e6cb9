"""What the Prompting tab shows and does. `playground.tabs` says what each module is for."""
