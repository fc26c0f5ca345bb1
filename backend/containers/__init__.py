"""The life of containers: model, states, catalogue, and the manager that decides."""
