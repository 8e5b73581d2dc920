"""Gives a virtual environment the files of another one, as hard links: nothing is written twice.

Files that it has already stay as they are. They come from an earlier layer, where a link to one would
copy it.

Arguments: the environment that has the files, and the one that gets them.
"""

import os
import sys


def link_missing(source, target):
    os.makedirs(target, exist_ok=True)
    there = set(os.listdir(target))
    with os.scandir(source) as entries:
        for entry in entries:
            path = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                link_missing(entry.path, path)
            elif entry.name not in there:
                os.link(entry.path, path, follow_symlinks=False)


if __name__ == "__main__":
    link_missing(*sys.argv[1:])
