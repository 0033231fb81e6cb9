"""What models with a head for one task share: how they are loaded (`network`), shared and used (`pool`).

Each head is a module beside this folder; it names the class of transformers that holds it.
"""
