import logging
import os
import tarfile
import tempfile

from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


@app.get("/articles/{name}")
def article(name: str):
    # ruleid: python-path-traversal
    with open(name) as file:
        file.read()
    # ruleid: python-path-traversal
    os.path.join("/articles", name)
    # ok: python-path-traversal
    os.path.join("/articles", os.path.basename(name))
    # ok: python-path-traversal
    return open("/articles/index")


def unpack(path):
    with tarfile.open(path) as archive:
        # ruleid: python-archive-traversal
        archive.extractall("/data")
        # ok: python-archive-traversal
        archive.extractall("/data", filter="data")


def logs(password, user):
    # ruleid: python-secret-in-log
    log.info("signed in with %s", password)
    # ruleid: python-secret-in-log
    logging.debug(f"token {user.token}")
    # ok: python-secret-in-log
    log.info("signed in %s", user)
    # ok: python-secret-in-log
    log.info("a password was given")


def temporary():
    # ruleid: python-temporary-name
    tempfile.mktemp()
    # ok: python-temporary-name
    tempfile.mkstemp()
