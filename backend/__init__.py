"""The manager: a gRPC server that owns the catalogue and the life of every container."""
