/**
 * The Python program that imports every module of a service.
 *
 * It runs in the service's folder with the service's environment. Modules of
 * tests are left out (the tests import them), and `__main__` (importing it runs
 * the program). Only what can't be imported counts; a module that raises for
 * want of a database is named, but does not fail the check.
 */
export const IMPORT_CHECK = `
import importlib, os, sys, traceback

SKIP = {"tests", "test", "node_modules", "venv", "build", "dist", "migrations", "__pycache__"}
root = "src" if os.path.isdir("src") and not os.path.exists("src/__init__.py") else "."
sys.path.insert(0, os.path.abspath(root))
names = []
for folder, folders, files in os.walk(root):
    folders[:] = sorted(f for f in folders if f not in SKIP and not f.startswith(".") and f.isidentifier())
    package = os.path.relpath(folder, root)
    parts = [] if package == "." else package.split(os.sep)
    for file in sorted(files):
        name, extension = os.path.splitext(file)
        if extension != ".py" or name in ("__main__", "setup", "conftest") or not name.isidentifier() or name.startswith("test_"):
            continue
        names.append(".".join(parts if name == "__init__" else parts + [name]))
failed = 0
for name in filter(None, names):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        failed += 1
        print(f"{name}: no module named {error.name!r}: is it in requirements.txt, or a library missing in depends_on?")
    except (ImportError, SyntaxError) as error:
        failed += 1
        print(f"{name}: {type(error).__name__}: {error}")
    except BaseException as error:
        print(f"{name}: could not be checked, importing it raised {type(error).__name__}: {error}")
print(f"{len(names) - failed} of {len(names)} modules import")
sys.exit(1 if failed else 0)
`.trim()
