"""Generate `contui.proto.v1` from the .proto files. `--check` fails if what is committed is stale.

Made beside the usual modules: `v1/descriptors.bin`, a FileDescriptorSet of all files in dependency
order, from which the command line builds message classes without importing `google.protobuf`
(see contui.tui.client.messages).
"""

from __future__ import annotations

import argparse
import filecmp
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

SRC = Path(__file__).absolute().parent.parent / "src"
PACKAGE = "contui/proto/v1"
PLUGINS = ("mypy", "mypy_grpc")


def generate(out: Path) -> None:
    """Write the generated files below `out`, which becomes a root of import names."""
    protos = sorted(f"{PACKAGE}/{path.name}" for path in (SRC / PACKAGE).glob("*.proto"))
    scripts = Path(sys.executable).parent
    builtin = str(resources.files("grpc_tools") / "_proto")
    status = protoc.main(
        [
            "protoc",
            f"-I{SRC}",
            f"-I{builtin}",
            # Beside this interpreter, whether or not its environment is activated.
            *(f"--plugin=protoc-gen-{name}={scripts}/protoc-gen-{name}" for name in PLUGINS),
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out=quiet:{out}",
            f"--mypy_grpc_out=quiet,only_async:{out}",
            f"--descriptor_set_out={out}/{PACKAGE}/descriptors.bin",
            "--include_imports",
            *protos,
        ]
    )
    if status:
        raise SystemExit(status)


def stale(fresh: Path) -> list[str]:
    """Names of generated files that differ from the committed ones or stand there no longer."""
    made, kept = fresh / PACKAGE, SRC / PACKAGE
    names = {path.name for path in made.iterdir()} | {
        path.name for pattern in ("*_pb2*", "descriptors.bin") for path in kept.glob(pattern)
    }
    return [
        name
        for name in sorted(names)
        if not (made / name).exists()
        or not (kept / name).exists()
        or not filecmp.cmp(made / name, kept / name, shallow=False)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    if not check:
        generate(SRC)
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / PACKAGE).mkdir(parents=True)
        generate(Path(folder))
        differing = stale(Path(folder))
    if differing:
        sys.exit(f"stale: {', '.join(differing)}. Run: python proto/generate.py")


if __name__ == "__main__":
    main()
