"""How well retrieval finds the answers to labelled questions: the questions, the metrics, and the runs over them."""
