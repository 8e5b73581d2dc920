import asyncio
import ssl
import urllib.request

import aiohttp
import fastapi
import flask
import httpx
import paramiko
import requests
import uvicorn
from aiohttp import web
from pydantic import BaseModel, HttpUrl

app = fastapi.FastAPI()
site = flask.Flask(__name__)
routes = web.RouteTableDef()
UPSTREAMS = {"players": "http://players:8000"}
BASE_URL = "http://players:8000"


class FetchRequest(BaseModel):
    url: HttpUrl


def tls(url):
    # ruleid: python-tls-unverified
    requests.get(url, verify=False, timeout=5)
    # ruleid: python-tls-unverified
    httpx.AsyncClient(verify=False)
    context = ssl.create_default_context()
    # ruleid: python-tls-unverified
    context.check_hostname = False
    # ruleid: python-tls-unverified
    context.verify_mode = ssl.CERT_NONE
    session = requests.Session()
    # ruleid: python-tls-unverified
    session.verify = False
    # ruleid: python-tls-unverified
    session.post(url, verify=False, timeout=5)
    # ruleid: python-tls-unverified
    ssl._create_default_https_context = ssl._create_unverified_context
    # ruleid: python-tls-unverified
    paramiko.SSHClient().set_missing_host_key_policy(paramiko.AutoAddPolicy())
    # ok: python-tls-unverified
    requests.get(url, verify="/etc/ssl/ours.pem", timeout=5)
    # ok: python-tls-unverified
    session.get(url, timeout=5)
    # ruleid: python-tls-old
    ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    # ruleid: python-tls-old
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    # ok: python-tls-old
    context.minimum_version = ssl.TLSVersion.TLSv1_2


async def tls_aiohttp(url):
    # ruleid: python-tls-unverified
    connector = aiohttp.TCPConnector(ssl=False)
    async with aiohttp.ClientSession(connector=connector) as session:
        # ruleid: python-tls-unverified
        await session.get(url, ssl=False)
        # ok: python-tls-unverified
        await session.get(url)


@app.get("/fetch")
async def fetch(address: str, player: str, client: httpx.AsyncClient, number: int):
    # ruleid: python-ssrf
    await client.get(address)
    # ruleid: python-ssrf
    await client.post(address, json={})
    # ruleid: python-ssrf
    await client.request("GET", address)
    # ok: python-ssrf
    UPSTREAMS.get(player)
    # ruleid: python-ssrf
    httpx.get(address)
    # ruleid: python-ssrf
    httpx.get(f"http://{address}/status")
    host = address.lower()
    # ruleid: python-ssrf
    httpx.get(f"https://{host}/status")
    # ruleid: python-ssrf
    httpx.get(f"http://players{address}")
    # ok: python-ssrf
    httpx.get(UPSTREAMS[address])
    # ok: python-ssrf
    httpx.get("http://players:8000/health")
    # ok: python-ssrf
    await client.get(f"http://players:8000/players/{player}")
    # ok: python-ssrf
    await client.get(f"/players/{player}")
    # ok: python-ssrf
    await client.get(f"{BASE_URL}/players/{player}")
    # ok: python-ssrf
    await client.post("http://players:8000/players", json={"name": player})
    # ok: python-ssrf
    return {"player": player}


@app.post("/import")
async def import_from(body: FetchRequest):
    async with aiohttp.ClientSession() as session:
        # ruleid: python-ssrf
        async with session.get(str(body.url)) as answer:
            return await answer.json()


@routes.get("/proxy")
async def proxy(request: web.Request):
    async with aiohttp.ClientSession() as session:
        # ruleid: python-ssrf
        await session.get(request.query["url"])
        # ok: python-ssrf
        await session.get(f"http://players:8000/{request.match_info['player']}")


@site.route("/preview")
def preview():
    # ruleid: python-ssrf
    urllib.request.urlopen(flask.request.args["url"])
    # ruleid: python-ssrf
    return requests.get(flask.request.args.get("url"), timeout=5).text


def serve():
    # ruleid: python-debug-server
    app.run(debug=True)
    # ruleid: python-debug-server
    uvicorn.run(app, reload=True)
    # ruleid: python-debug-server
    site.run(host="0.0.0.0", debug=True)
    # ruleid: python-debug-server
    fastapi.FastAPI(debug=True)
    # ok: python-debug-server
    uvicorn.run(app, host="0.0.0.0")
    # ok: python-debug-server
    asyncio.run(serve(), debug=True)


def timeout(url, options):
    # ruleid: python-http-no-timeout
    requests.get(url)
    # ruleid: python-http-no-timeout
    requests.patch(url, json={})
    # ruleid: python-http-no-timeout
    httpx.AsyncClient(timeout=None)
    # ok: python-http-no-timeout
    requests.get(url, timeout=5)
    # ok: python-http-no-timeout
    requests.get(url, **options)
    # ok: python-http-no-timeout
    httpx.AsyncClient()
