"""Pictures of the real app on real containers; `python -m screenshots` makes them again."""
