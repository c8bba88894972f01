"""Mutated files for every reader: it may refuse them in words, and do nothing worse.

``python -m fuzzing READER --minutes 10`` counts what happens to mutants of small files, and keeps
those over which something broke in ``build/fuzzing``. `readers` lists what reads files, `seeds`
writes the small files, `mutate` and `structure` change them, `campaign` tries the mutants in
processes with bounds.
"""
