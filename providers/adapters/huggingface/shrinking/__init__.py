"""Models made smaller: `local` is what the provider gives, `network` computes, `pruning` and `rounding` change weights,
`measure_program` measures one form in a process of its own."""
