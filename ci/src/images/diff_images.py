"""Says which layers and files differ between two images: diff_images.py ONE.tar OTHER.tar

Both are OCI archives. Ends with 0 when the images are the same, 1 when they differ.
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile

MOST_FILES = 40
"""Files that are shown of one layer."""

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Image:
    """An image in an OCI archive."""

    def __init__(self, path):
        self.archive = tarfile.open(path)
        (entry,) = json.loads(self.read("index.json"))["manifests"]
        self.digest = entry["digest"]
        self.manifest = json.loads(self.blob(self.digest))
        self.config = json.loads(self.blob(self.manifest["config"]["digest"]))
        self.layers = [
            {"digest": layer["digest"], "content": content, "size": layer["size"], "by": by}
            for layer, content, by in zip(
                self.manifest["layers"], self.config["rootfs"]["diff_ids"], self.instructions()
            )
        ]

    def read(self, name):
        return self.archive.extractfile(name).read()

    def blob(self, digest):
        return self.read("blobs/" + digest.replace(":", "/"))

    def instructions(self):
        """What made each layer; a history may say less than there are layers."""
        made = [
            step.get("created_by", "")
            for step in self.config.get("history", [])
            if not step.get("empty_layer")
        ]
        missing = len(self.manifest["layers"]) - len(made)
        return [""] * missing + made if missing > 0 else made

    def files(self, digest):
        """Everything in a layer, by path."""
        packed = self.blob(digest)
        if packed.startswith(ZSTD_MAGIC):
            raise SystemExit(f"layer {digest} is compressed with zstd, which is not read here")
        text = gzip.decompress(packed) if packed.startswith(GZIP_MAGIC) else packed
        with tarfile.open(fileobj=io.BytesIO(text)) as layer:
            return {member.name: facts_of(layer, member) for member in layer}


def facts_of(layer, member):
    facts = {
        "kind": member.type.decode("latin1"),
        "mode": f"{member.mode:o}",
        "owner": f"{member.uid}:{member.gid}",
        "target": member.linkname,
        "time": int(member.mtime),
    }
    if member.isfile():
        content = layer.extractfile(member).read()
        facts |= {"size": len(content), "content": hashlib.sha256(content).hexdigest()}
    return facts


def describe(one, other):
    """What differs between the facts of one path."""
    differing = [name for name in sorted(one | other) if one.get(name) != other.get(name)]
    words = [
        name if name == "content" else f"{name} {one.get(name)} -> {other.get(name)}"
        for name in differing
    ]
    return ", ".join(words)


def file_lines(one, other):
    lines = []
    only_time = 0
    for path in sorted(one.keys() | other.keys()):
        if path not in other:
            lines.append(f"  - {path}")
        elif path not in one:
            lines.append(f"  + {path}")
        elif one[path] != other[path]:
            different = describe(one[path], other[path])
            if different.startswith("time ") and "," not in different:
                only_time += 1
                if only_time > 3:
                    continue
            lines.append(f"  ~ {path}: {different}")
    if only_time > 3:
        lines.append(f"  ~ {only_time - 3} more paths: time")
    if len(lines) > MOST_FILES:
        lines[MOST_FILES:] = [f"  and {len(lines) - MOST_FILES} more lines"]
    return lines or ["  the same files, packed otherwise (order or compression)"]


def layer_lines(one, other):
    count = max(len(one.layers), len(other.layers))
    for index in range(count):
        mine = one.layers[index] if index < len(one.layers) else None
        theirs = other.layers[index] if index < len(other.layers) else None
        title = f"layer {index + 1} of {count}"
        if mine and theirs and mine["digest"] == theirs["digest"]:
            continue
        by = (theirs or mine)["by"].strip()
        if by:
            title += f" ({' '.join(by.split())[:120]})"
        if mine is None or theirs is None:
            yield f"{title}: only in {'the other' if mine is None else 'the first'}"
            continue
        yield f"{title}: {mine['size']} -> {theirs['size']} bytes"
        if mine["content"] == theirs["content"]:
            yield "  the same content, compressed otherwise"
            continue
        yield from file_lines(one.files(mine["digest"]), other.files(theirs["digest"]))


def config_lines(one, other):
    """What differs in the configurations, beside the layers."""
    flat_one, flat_other = flat(one.config), flat(other.config)
    for name in sorted(flat_one.keys() | flat_other.keys()):
        before, after = flat_one.get(name), flat_other.get(name)
        # The engine notes anew when it made a layer, also in an image that it only fetched.
        if before != after and not name.startswith("rootfs") and name.split(".")[-1] != "created":
            yield f"  ~ {name}: {before} -> {after}"


def flat(value, name=""):
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return {name: json.dumps(value)}
    found = {}
    for key, part in parts:
        found |= flat(part, f"{name}.{key}" if name else str(key))
    return found


def main(first, second):
    one, other = Image(first), Image(second)
    if one.digest == other.digest:
        print(f"the same image: {one.digest}")
        return 0
    print(f"{one.digest} -> {other.digest}")
    same = sum(a["digest"] == b["digest"] for a, b in zip(one.layers, other.layers))
    print(f"{same} of {max(len(one.layers), len(other.layers))} layers are the same")
    for line in layer_lines(one, other):
        print(line)
    changed = list(config_lines(one, other))
    if not changed and same == len(one.layers) == len(other.layers):
        print("nothing differs but when the engine made them")
        return 0
    if changed:
        print("configuration")
        for line in changed:
            print(line)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
