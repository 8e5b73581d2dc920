import hashlib
import random
import secrets

import jwt
from Crypto.Cipher import AES, DES


def hashes(data):
    # ruleid: python-crypto-weak-hash
    hashlib.md5(data)
    # ruleid: python-crypto-weak-hash
    hashlib.new("sha1", data)
    # ok: python-crypto-weak-hash
    hashlib.md5(data, usedforsecurity=False)
    # ok: python-crypto-weak-hash
    hashlib.sha256(data)


def ciphers(key):
    # ruleid: python-crypto-weak-cipher
    DES.new(key)
    # ruleid: python-crypto-weak-cipher
    AES.new(key, AES.MODE_ECB)
    # ok: python-crypto-weak-cipher
    AES.new(key, AES.MODE_GCM)


def numbers():
    # ruleid: python-crypto-weak-random
    session_token = random.randint(0, 10**9)
    # ok: python-crypto-weak-random
    reset_token = secrets.token_urlsafe()
    # ok: python-crypto-weak-random
    map_seed = random.randint(0, 10**9)
    return session_token, reset_token, map_seed


def tokens(token, key):
    # ruleid: python-jwt-unverified
    jwt.decode(token, options={"verify_signature": False})
    # ruleid: python-jwt-unverified
    jwt.decode(token, key, algorithms=["none"])
    # ok: python-jwt-unverified
    jwt.decode(token, key, algorithms=["HS256"])
    # ruleid: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, "our key", algorithm="HS256")
    # ok: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, key, algorithm="HS256")
