"""Array namespaces: what evaluates the kernel language (see ``arrays/language.md`` in the docs)."""
