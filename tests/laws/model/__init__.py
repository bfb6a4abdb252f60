"""What should have happened, person by person: written from design section 5, for comparison.

Nothing here is taken from the program's deciding code. Where a run was cut off, nobody outside can
tell what it still wrote down: then a person has several possible ``Mind``s, and what comes next has
to fit one of them.
"""
