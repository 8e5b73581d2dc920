import ssl

import fastapi
import httpx
import requests
import uvicorn

app = fastapi.FastAPI()
UPSTREAMS = {"players": "http://players:8000"}


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
    # ok: python-tls-unverified
    requests.get(url, verify="/etc/ssl/ours.pem", timeout=5)


@app.get("/fetch")
async def fetch(address: str, player: str, client: httpx.AsyncClient):
    # ruleid: python-ssrf
    await client.get(address)
    # ok: python-ssrf
    UPSTREAMS.get(player)
    # ruleid: python-ssrf
    httpx.get(address)
    # ruleid: python-ssrf
    httpx.get(f"http://{address}/status")
    # ok: python-ssrf
    httpx.get(UPSTREAMS[address])
    # ok: python-ssrf
    httpx.get("http://players:8000/health")
    # ok: python-ssrf
    return {"player": player}


def serve():
    # ruleid: python-debug-server
    app.run(debug=True)
    # ruleid: python-debug-server
    uvicorn.run(app, reload=True)
    # ok: python-debug-server
    uvicorn.run(app, host="0.0.0.0")


def timeout(url):
    # ruleid: python-http-no-timeout
    requests.get(url)
    # ok: python-http-no-timeout
    requests.get(url, timeout=5)
