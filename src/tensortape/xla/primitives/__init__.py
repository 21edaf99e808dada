"""The kernel language on JAX, a module for each family; what is missing runs on the host."""
