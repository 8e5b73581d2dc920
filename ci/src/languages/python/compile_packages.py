"""Compiles the packages of a virtual environment, each only once ever.

What a package compiles to is kept in a cache by the content of the package, because compiling takes
longer than installing. The compiled modules know their source by its hash, so times of files don't
matter, and a source that is edited in a debugging shell is compiled again.

Arguments: the virtual environment, and the folder of the cache.
"""

import concurrent.futures
import hashlib
import importlib.metadata
import importlib.util
import marshal
import os
import py_compile
import sys

PACKAGES = os.path.join(sys.argv[1], "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
CACHE = sys.argv[2]


def uncompiled(package):
    """The modules of a package that have no compiled form, from the packages' folder."""
    names = [str(file) for file in package.files or [] if file.suffix == ".py" and ".." not in file.parts]
    return [name for name in names if not os.path.exists(compiled_path(name))]


def compiled_path(name):
    return importlib.util.cache_from_source(os.path.join(PACKAGES, name))


def cache_path(package):
    text = f"{sys.version}\n{package.read_text('RECORD')}"
    return os.path.join(CACHE, hashlib.sha256(text.encode()).hexdigest())


def compile_package(path, names):
    """Compiles modules, and writes what comes of it to the cache in one piece."""
    compiled = {}
    for name in names:
        source = os.path.join(PACKAGES, name)
        try:
            py_compile.compile(
                source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
            )
        except (py_compile.PyCompileError, OSError, ValueError):
            # Packages carry modules for other Pythons; only importing one of them would be an error.
            continue
        with open(compiled_path(name), "rb") as file:
            compiled[name] = file.read()
    part = f"{path}.{os.getpid()}"
    with open(part, "wb") as file:
        marshal.dump(compiled, file)
    os.replace(part, path)


def restore(path):
    """Writes compiled modules out of the cache; False when it has none."""
    try:
        with open(path, "rb") as file:
            compiled = marshal.load(file)
    except (OSError, EOFError, ValueError, TypeError):
        return False
    for name, data in compiled.items():
        target = compiled_path(name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
    return True


def main():
    os.makedirs(CACHE, exist_ok=True)
    missing = []
    for package in importlib.metadata.distributions(path=[PACKAGES]):
        names = uncompiled(package)
        if not names or package.read_text("RECORD") is None:
            continue
        path = cache_path(package)
        if not restore(path):
            missing.append((path, names))
    if not missing:
        return
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for result in [pool.submit(compile_package, *job) for job in missing]:
            result.result()


if __name__ == "__main__":
    main()
