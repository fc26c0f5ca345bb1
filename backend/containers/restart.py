"""Restart policies: whether and when an exited container starts again. Pure.

`contui.backend.containers.lifecycle` asks at every exit, `reconcile` at the backend's start.
"""

from __future__ import annotations

from contui.proto.v1.containers_pb2 import RestartPolicy

FIRST_DELAY = 0.1  # seconds
LONGEST_DELAY = 60.0
SETTLED = 10.0  # seconds of running after which the delay starts again from the first
POLICIES = ("no", "on-failure", "always", "unless-stopped")


def wants(policy: RestartPolicy, code: int, count: int, stopped_by_user: bool) -> bool:
    """Whether a container that ended with `code` starts again, after `count` restarts."""
    if stopped_by_user or policy.name in ("", "no"):
        return False
    if policy.name == "on-failure":
        return code != 0 and (policy.max_retries == 0 or count < policy.max_retries)
    return True


def wants_at_boot(policy: RestartPolicy, code: int, count: int, stopped_by_user: bool) -> bool:
    """Whether it starts when the machine does: `always` means even if a person had stopped it."""
    return policy.name == "always" or wants(policy, code, count, stopped_by_user)


def delay(last: float, ran_for: float) -> float:
    """Seconds to wait, from the last wait (0: none) and how long the container ran."""
    if last <= 0 or ran_for >= SETTLED:
        return FIRST_DELAY
    return min(last * 2, LONGEST_DELAY)
