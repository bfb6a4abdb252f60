"""The laws, and what each of them looks at once a case is over."""
