"""What tests share: an engine of their own, a terminal, waiting."""
