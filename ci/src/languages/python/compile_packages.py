"""Compiles the packages of a virtual environment, each only once ever.

What a package compiles to is kept in a cache by the content of the package, because compiling takes
longer than installing. The compiled modules know their source by its hash, so times of files don't
matter, and a source that is edited in a debugging shell is compiled again.

Arguments: the folder of the cache, and the virtual environments. What several of them have is written
once; the others get links to it.
"""

import concurrent.futures
import csv
import glob
import hashlib
import marshal
import os
import py_compile
import sys

CACHE, *ENVIRONMENTS = sys.argv[1:]
LIBRARY = os.path.join("lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def records(folder):
    """What installers wrote of each package in a folder: its files, with their hashes."""
    for path in glob.glob(os.path.join(glob.escape(folder), "*.dist-info", "RECORD")):
        with open(path, encoding="utf-8", newline="") as file:
            yield file.read()


def uncompiled(record, folder):
    """The modules of a package that have no compiled form, from the packages' folder."""
    names = [row[0] for row in csv.reader(record.splitlines()) if row and row[0].endswith(".py")]
    return [
        name
        for name in names
        if ".." not in name.split("/") and not os.path.exists(compiled_path(folder, name))
    ]


def compiled_path(folder, name):
    """Where Python looks for the compiled form of a module (PEP 3147)."""
    parent, _, module = name[: -len(".py")].rpartition("/")
    return os.path.join(folder, parent, "__pycache__", f"{module}.{sys.implementation.cache_tag}.pyc")


def cache_path(record):
    return os.path.join(CACHE, hashlib.sha256(f"{sys.version}\n{record}".encode()).hexdigest())


def compile_package(path, folder, names):
    """Compiles modules, and writes what comes of it to the cache in one piece."""
    compiled = {}
    for name in names:
        source = os.path.join(folder, name)
        try:
            py_compile.compile(
                source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
            )
        except (py_compile.PyCompileError, OSError, ValueError):
            # Packages carry modules for other Pythons; only importing one of them would be an error.
            continue
        with open(compiled_path(folder, name), "rb") as file:
            compiled[name] = file.read()
    part = f"{path}.{os.getpid()}"
    with open(part, "wb") as file:
        marshal.dump(compiled, file)
    os.replace(part, path)


def restore(path, folder):
    """Writes compiled modules out of the cache; False when it has none."""
    try:
        with open(path, "rb") as file:
            compiled = marshal.load(file)
    except (OSError, EOFError, ValueError, TypeError):
        return False
    made = set()
    for name, data in compiled.items():
        target = compiled_path(folder, name)
        parent = os.path.dirname(target)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(target, "wb", buffering=0) as file:
            file.write(data)
    return True


def link(names, first, other):
    """Gives a folder the compiled modules that another one has already."""
    for name in names:
        source, target = compiled_path(first, name), compiled_path(other, name)
        if not os.path.exists(source):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.link(source, target)


def main():
    os.makedirs(CACHE, exist_ok=True)
    wanted = {}
    for environment in ENVIRONMENTS:
        folder = os.path.join(environment, LIBRARY)
        for record in records(folder):
            names = uncompiled(record, folder)
            if names:
                wanted.setdefault(cache_path(record), []).append((folder, names))
    missing = [
        (path, *places[0]) for path, places in wanted.items() if not restore(path, places[0][0])
    ]
    if missing:
        with concurrent.futures.ProcessPoolExecutor() as pool:
            for result in [pool.submit(compile_package, *job) for job in missing]:
                result.result()
    for (first, _), *others in wanted.values():
        for folder, names in others:
            link(names, first, folder)


if __name__ == "__main__":
    main()
