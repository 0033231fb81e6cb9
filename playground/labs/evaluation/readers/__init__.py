"""Files as the Hub lays them out, one file a layout, found here by its name."""
