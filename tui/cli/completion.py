"""`contui completion SHELL`, and the candidates that the scripts ask for.

The scripts are a few lines each: they hand the words typed so far to `contui __complete`, which
knows verbs and flags from their declarations and names from the backend. It never starts a backend.
"""

from __future__ import annotations

import os

from contui.tui.cli import verbs
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import BOOL, Flag, Values, Verb
from contui.tui.cli.output import show

_BASH = """\
# In ~/.bashrc: . <(contui completion bash)
_contui() {
    local IFS=$'\\n'
    COMPREPLY=($(contui __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _contui contui
"""
_ZSH = """\
#compdef contui
# In ~/.zshrc, behind compinit: . <(contui completion zsh)
_contui() {
    local -a found
    found=("${(@f)$(contui __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    [[ -n "$found" ]] && compadd -- $found || _files
}
if [[ "$funcstack[1]" = _contui ]]; then # read by compinit from a folder of $fpath
    _contui "$@"
else
    compdef _contui contui
fi
"""
_FISH = """\
# Once: contui completion fish >~/.config/fish/completions/contui.fish
function __contui
    set -l words (commandline -opc) (commandline -ct)
    set -l found (contui __complete -- $words[2..-1] 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c contui -f -a '(__contui)'
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def _completion(values: Values) -> int:
    shell = values.args[0]
    if shell not in _SCRIPTS:
        raise CliError(f'no completion for "{shell}"', "bash, zsh or fish")
    show(_SCRIPTS[shell])
    return 0


def _complete(values: Values) -> int:
    show("".join(f"{word}\n" for word in candidates(values.args)))
    return 0


def candidates(words: list[str]) -> list[str]:
    """What may stand in place of the last word."""
    *before, current = words or [""]
    if before[-1:] in (["--host"], ["-H"]):
        return []
    before = _behind_host(before)
    if not before and current.startswith("-"):
        return [
            word
            for word in ("--help", "--host", "--plain", "--version")
            if word.startswith(current)
        ]
    if not before:
        return [name for name in verbs.names() if name.startswith(current)]
    if before[0] in verbs.PAIRS and len(before) > 1:
        before = [f"{before[0]} {verbs.SECONDS.get(before[1], before[1])}", *before[2:]]
    verb = verb_of(before[0])
    if verb is None:
        return []
    if current.startswith("-"):
        known = ["--help", *(f"--{flag.name}" for flag in verb.flags)]
        return [word for word in known if word.startswith(current)]
    if wants_value(verb, before[-1]):
        return []
    given = _arguments(verb, before[1:])
    kind = verb.complete
    if "|" in kind:
        return [word for word in kind.split("|") if word.startswith(current) and not given]
    if kind.endswith("+1"):  # only the first argument names something
        kind = kind[:-2] if not given else ""
    return [name for name in _names(kind) if name.startswith(current) and name not in given]


def _behind_host(words: list[str]) -> list[str]:
    """The words from the verb on; names are asked for at the address that `--host` gives."""
    while words and words[0].startswith("-") and words[0] != "--plain":
        name, equals, address = words[0].partition("=")
        if name in ("--host", "-H"):
            if not equals and len(words) > 1:
                address, words = words[1], words[1:]
            os.environ["CONTUI_HOST"] = address
        words = words[1:]
    return words


def _flag(verb: Verb, word: str) -> Flag | None:
    for flag in verb.flags:
        if word in (f"--{flag.name}", f"-{flag.short}"):
            return flag
    return None


def verb_of(name: str) -> Verb | None:
    """The declaration of a verb; None for what is none."""
    module = verbs.module_of(name)
    if not module:
        return None
    verb: Verb = __import__(f"contui.tui.cli.{module}", fromlist=["VERBS"]).VERBS[name]
    return verb


def wants_value(verb: Verb, word: str) -> bool:
    """Whether a word is a flag whose value is the next word."""
    flag = _flag(verb, word)
    return flag is not None and flag.kind != BOOL


def _arguments(verb: Verb, words: list[str]) -> list[str]:
    out, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = wants_value(verb, word)
        else:
            out.append(word)
    return out


def _names(kind: str) -> list[str]:
    """Names of containers, images, volumes or networks; none when no backend runs."""
    if not kind:
        return []
    from contui.tui.client import messages, start
    from contui.tui.client.errors import ApiError

    try:
        channel = start.reach(start=False)
        if kind == "images":
            images = channel.call(
                "ImageService/List", messages.ListImagesRequest(), messages.ListImagesResponse, 2.0
            )
            return [name for image in images.images for name in image.references or [image.id]]
        if kind == "volumes":
            volumes = channel.call(
                "VolumeService/List",
                messages.ListVolumesRequest(),
                messages.ListVolumesResponse,
                2.0,
            )
            return [volume.name for volume in volumes.volumes]
        if kind == "networks":
            networks = channel.call(
                "NetworkService/List",
                messages.ListNetworksRequest(),
                messages.ListNetworksResponse,
                2.0,
            )
            return [network.name for network in networks.networks]
        found = channel.call(
            "ContainerService/List",
            messages.ListRequest(all=kind != "running"),
            messages.ListResponse,
            2.0,
        )
        return [container.name for container in found.containers]
    except ApiError:
        return []


VERBS = {
    "completion": Verb(_completion, "bash|zsh|fish", least=1, most=1, complete="bash|zsh|fish"),
    "__complete": Verb(_complete, "WORD…"),
}
