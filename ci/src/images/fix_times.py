"""Takes the engine's clock out of an image: fix_times.py IMAGE.tar FIXED.tar TIME

The engine notes in an image's configuration when it made the last layer, and so gives the same
files another digest on every engine. Both archives are OCI archives.
"""

import hashlib
import io
import json
import sys
import tarfile


def path_of(digest):
    return "blobs/" + digest.replace(":", "/")


class Rewriter:
    def __init__(self, source, target):
        self.source = source
        self.target = target

    def json(self, name):
        return json.loads(self.source.extractfile(name).read())

    def add(self, name, content):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        self.target.addfile(info, io.BytesIO(content))

    def add_blob(self, value):
        content = json.dumps(value, separators=(",", ":")).encode()
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.add(path_of(digest), content)
        return {"digest": digest, "size": len(content)}

    def copy(self, name):
        member = self.source.getmember(name)
        info = tarfile.TarInfo(name)
        info.size = member.size
        self.target.addfile(info, self.source.extractfile(member))


def main(image, fixed, time):
    with tarfile.open(image) as source, tarfile.open(fixed, "w") as target:
        rewriter = Rewriter(source, target)
        index = rewriter.json("index.json")
        (entry,) = index["manifests"]
        manifest = rewriter.json(path_of(entry["digest"]))
        config = rewriter.json(path_of(manifest["config"]["digest"]))
        config["created"] = time
        # Those before are the base's, and the same wherever the base is.
        config["history"][-1]["created"] = time
        for layer in {layer["digest"]: layer for layer in manifest["layers"]}:
            rewriter.copy(path_of(layer))
        manifest["config"] |= rewriter.add_blob(config)
        entry |= rewriter.add_blob(manifest)
        rewriter.add("index.json", json.dumps(index).encode())
        rewriter.copy("oci-layout")


if __name__ == "__main__":
    main(*sys.argv[1:])
