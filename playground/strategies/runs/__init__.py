"""What makes a run's columns: a description of strategies, models and questions, and back."""
