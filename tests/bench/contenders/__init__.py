"""Who is measured: engines by their command lines, and the floor below all of them."""
