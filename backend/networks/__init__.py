"""Networks: a bridge of our own, addresses, published ports, and the files that name hosts.

`contui.backend.networks.network.Network` is what the container manager uses.
"""
