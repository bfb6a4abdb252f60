"""What is done to made-up people, one module a case; ``every`` lists them."""
