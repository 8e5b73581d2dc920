import logging
import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import flask
import structlog
from aiohttp import web
from fastapi import Depends, FastAPI, Query
from fastapi.responses import FileResponse

app = FastAPI()
site = flask.Flask(__name__)
routes = web.RouteTableDef()
log = logging.getLogger(__name__)
ROOT = Path("/articles")


def settings() -> str:
    return "settings"


@app.get("/articles/{name}")
def article(name: str, number: int, config: str = Depends(settings)):
    # ruleid: python-path-traversal
    with open(name) as file:
        file.read()
    # ruleid: python-path-traversal
    open(os.path.join("/articles", name))
    # ruleid: python-path-traversal
    (ROOT / name).read_text()
    # ruleid: python-path-traversal
    FileResponse(f"/articles/{name}")
    # ok: python-path-traversal
    open(os.path.join("/articles", os.path.basename(name)))
    # ok: python-path-traversal
    (ROOT / Path(name).name).read_text()
    # ok: python-path-traversal
    (ROOT / str(number)).read_text()
    # ok: python-path-traversal
    return open("/articles/index")


@app.get("/checked/{name}")
async def checked(name: str):
    path = (ROOT / name).resolve()
    if not path.is_relative_to(ROOT):
        return None
    # ok: python-path-traversal
    return path.read_text()


@app.get("/download")
async def download(name: str = Query()):
    # ruleid: python-path-traversal
    return FileResponse(ROOT / name)


@site.route("/files/<name>")
def from_flask(name):
    # ruleid: python-path-traversal
    flask.send_file("/files/" + name)
    # ruleid: python-path-traversal
    open(flask.request.args["name"])
    # ok: python-path-traversal
    return flask.send_from_directory("/files", name)


@routes.get("/maps/{name}")
async def from_aiohttp(request: web.Request):
    # ruleid: python-path-traversal
    return web.FileResponse(ROOT / request.match_info["name"])


def unpack(path, target):
    with tarfile.open(path) as archive:
        # ruleid: python-archive-traversal
        archive.extractall("/data")
        # ok: python-archive-traversal
        archive.extractall("/data", filter="data")
        for member in archive.getmembers():
            # ruleid: python-archive-traversal
            archive.extract(member, "/data")
    with zipfile.ZipFile(path) as archive:
        # ok: python-archive-traversal
        archive.extractall("/data")
        for name in archive.namelist():
            # ruleid: python-archive-member-path
            with open(os.path.join("/data", name), "wb") as file:
                file.write(archive.read(name))
            # ruleid: python-archive-member-path
            (target / name).write_bytes(archive.read(name))
            # ok: python-archive-member-path
            (target / os.path.basename(name)).write_bytes(archive.read(name))
    # ruleid: python-archive-traversal
    shutil.unpack_archive(path, "/data")
    # ok: python-archive-traversal
    shutil.unpack_archive(path, "/data", filter="data")


def logs(password, user, request, next_page_token):
    logger = structlog.get_logger()
    # ruleid: python-secret-in-log
    log.info("signed in with %s", password)
    # ruleid: python-secret-in-log
    logging.debug(f"token {user.token}")
    # ruleid: python-secret-in-log
    logger.info("signed in", password=password)
    # ruleid: python-secret-in-log
    log.warning("the token is " + user.access_token)
    # ruleid: python-secret-in-log
    app.state.logger.error("key {}".format(request.api_key))
    # ruleid: python-secret-in-log
    log.info("signed in", extra={"with": password})
    # ruleid: python-secret-in-log
    log.info("from %s", os.environ["API_TOKEN"])
    # ruleid: python-secret-in-log
    print(f"the password is {password}")
    # ok: python-secret-in-log
    log.info("signed in %s", user)
    # ok: python-secret-in-log
    log.info("a password was given")
    # ok: python-secret-in-log
    log.info("of %d letters", len(password))
    # ok: python-secret-in-log
    log.info("goes on at %s", next_page_token)


def temporary():
    # ruleid: python-temporary-name
    tempfile.mktemp()
    # ok: python-temporary-name
    tempfile.mkstemp()
