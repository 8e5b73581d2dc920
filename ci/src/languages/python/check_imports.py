"""Imports every module of the service in whose folder it runs.

Tests are left out (they import what they need when they run), and so is __main__, because importing
it runs the program. Only what can't be imported counts; a module that raises for want of a database
is named, but does not fail the check. The deepest line of the repository in a traceback is where the
import stands; the same place is named once, however many modules lead to it.

Argument: JSON with `advice` (how to declare a package, {} for its name), `folder` (the service's,
from the repository's root) and `tests` (the virtual environment of the tests).
Exit code: 1 when a module can't be imported.
"""

import importlib
import importlib.machinery
import importlib.metadata
import json
import linecache
import os
import signal
import sys
import traceback

SECONDS_PER_MODULE = 30
OTHER_FOLDERS = {
    "tests", "test", "node_modules", "venv", "env", "build", "dist", "migrations", "alembic",
}
TOOL_FILES = {"__main__", "setup", "conftest", "noxfile", "locustfile", "fabfile"}

# Packages whose name can't be guessed from the module's.
PACKAGES = {
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "grpc": "grpcio",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "magic": "python-magic",
    "multipart": "python-multipart",
    "nats": "nats-py",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}

SETTINGS = json.loads(sys.argv[1])
HERE = os.getcwd()
REPOSITORY = os.path.join(HERE if SETTINGS["folder"] == "." else HERE[: -len(SETTINGS["folder"])], "")
ROOT = "src" if os.path.isdir("src") and not os.path.exists("src/__init__.py") else "."


def modules():
    """The dotted names of the service's modules."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if is_package_folder(name))
        path = os.path.relpath(folder, ROOT)
        package = [] if path == "." else path.split(os.sep)
        for file in sorted(files):
            name, extension = os.path.splitext(file)
            if extension != ".py" or not name.isidentifier() or name in TOOL_FILES or is_test(name):
                continue
            parts = package if name == "__init__" else [*package, name]
            if parts:
                yield ".".join(parts)


def is_package_folder(name):
    return name.isidentifier() and name not in OTHER_FOLDERS and name != "__pycache__"


def is_test(name):
    return name.startswith("test_") or name.endswith("_test")


def place(error):
    """File and line of the repository where the error belongs."""
    if isinstance(error, SyntaxError) and error.filename:
        return in_repository(error.filename), error.lineno or 1
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(REPOSITORY):
            return in_repository(frame.filename), frame.lineno
    return SETTINGS["folder"], 1


def in_repository(path):
    return os.path.relpath(path, REPOSITORY) if path.startswith(REPOSITORY) else path


def explain(error):
    """What is wrong, and what to do about it."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return str(error)
    top = error.name.split(".")[0]
    if is_in_repository(top):
        return f"there is no module {error.name} in the files that this service declares"
    only_in_tests = package_in(site_packages(SETTINGS["tests"]), top)
    if only_in_tests:
        return f"only the tests' dependencies have {only_in_tests}, not the shipped ones: {advice(only_in_tests)}"
    wanted = advice(package_in(None, top) or PACKAGES.get(top, top))
    outside = [f.filename for f in traceback.extract_tb(error.__traceback__) if "/site-packages/" in f.filename]
    if outside:
        package = outside[-1].split("/site-packages/")[1].split("/")[0].removesuffix(".py")
        return f"{package} needs {error.name}, which is not installed: {wanted}"
    return f"not installed: {wanted}, or, for a library of this repository, name it in depends_on"


def advice(package):
    return SETTINGS["advice"].replace("{}", package)


def is_in_repository(top):
    folders = [path for path in sys.path if path.startswith(REPOSITORY)]
    names = [os.path.join(folder, top) for folder in folders]
    return any(os.path.isdir(name) or os.path.exists(f"{name}.py") for name in names)


def site_packages(environment):
    return os.path.join(environment, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")


def package_in(folder, top):
    """Name of the package that has a module, in a folder or where Python looks now."""
    path = sys.path if folder is None else [folder]
    if importlib.machinery.PathFinder.find_spec(top, path) is None:
        return None
    for package in importlib.metadata.distributions(path=path):
        files = {file.parts[0].removesuffix(".py") for file in package.files or []}
        if top in files:
            return package.metadata["Name"]
    return None


def too_slow(_signal, _frame):
    raise TimeoutError(f"importing it takes longer than {SECONDS_PER_MODULE} s")


def check(name):
    """Imports one module; returns the error that counts, if there is one."""
    signal.alarm(SECONDS_PER_MODULE)
    try:
        importlib.import_module(name)
    except (ImportError, SyntaxError) as error:
        return error
    except BaseException as error:
        print(f"{name}: could not be checked: {type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
    return None


def main():
    signal.signal(signal.SIGALRM, too_slow)
    sys.path[0] = os.path.abspath(ROOT)
    names = list(modules())
    errors = [error for error in map(check, names) if error is not None]
    reported = []
    for error in errors:
        file, line = place(error)
        statement = linecache.getline(os.path.join(REPOSITORY, file), line).strip()
        message = f"{file}:{line}: {statement}: {explain(error)}"
        if message not in reported:
            reported.append(message)
            print(message)
    print(f"{len(names) - len(errors)} of {len(names)} modules import")
    sys.stdout.flush()
    # Threads that a module started must not keep the check alive.
    os._exit(1 if errors else 0)


main()
