"""What the screens show, as plain data: no Textual, no gRPC, so it is tested without either."""
