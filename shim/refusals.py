"""What an OCI runtime says when it refuses to start a program, as a sentence with a remedy.

The texts are those of runc and crun; one that is not known is passed on as it is. Plain string
operations: this is in every shim. Used by `contui.shim.runtime`.
"""

from __future__ import annotations

_CPUS = (
    "the CPUs asked for are not all there on this machine: lscpu lists those that are, "
    "give some of them to --cpuset-cpus"
)
_APPARMOR = (
    "the AppArmor profile cannot be applied on this machine: aa-status lists those that are "
    "loaded, or leave out --security-opt apparmor=…"
)
_MOUNT = "{} cannot be mounted at {} in the container: choose a place outside of /proc and /sys"
_NO_DIRECTORY = "the working directory {} cannot be made in the container: give another with -w"
_NO_ENTRY = "the working directory {} cannot be entered: give another with -w"


def explain(text: str) -> str:
    """The sentence for a runtime's message."""
    if "cpuset.cpus" in text:
        return _CPUS
    if "apparmor" in text.lower():
        return _APPARMOR
    for before, between in (('mounting "', '" to rootfs at "'), ("mount `", "` to `")):
        what, found, rest = text.partition(before)[2].partition(between)
        if found:
            return _MOUNT.format(what, rest.partition(between[0])[0])
    for start, end, sentence in (("mkdir /", ": ", _NO_DIRECTORY), ('cwd ("/', '"', _NO_ENTRY)):
        path, found, _ = text.partition(start)[2].partition(end)
        if found:
            return sentence.format(f"/{path}")
    return text
