import hashlib
import os
import random
import secrets
import string

import jwt
from Crypto.Cipher import AES, DES, Blowfish
from cryptography.hazmat.primitives import hashes as primitives
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from jose import jwt as jose_jwt

SIGNING_KEY = "a key that the source holds"


def hashes(data):
    # ruleid: python-crypto-weak-hash
    hashlib.md5(data)
    # ruleid: python-crypto-weak-hash
    hashlib.sha1(data).hexdigest()
    # ruleid: python-crypto-weak-hash
    hashlib.new("SHA1", data)
    # ruleid: python-crypto-weak-hash
    primitives.Hash(primitives.MD5())
    # ok: python-crypto-weak-hash
    hashlib.md5(data, usedforsecurity=False)
    # ok: python-crypto-weak-hash
    hashlib.new("md5", data, usedforsecurity=False)
    # ok: python-crypto-weak-hash
    hashlib.sha256(data)
    # ok: python-crypto-weak-hash
    hashlib.new("sha256", data)


def ciphers(key):
    # ruleid: python-crypto-weak-cipher
    DES.new(key)
    # ruleid: python-crypto-weak-cipher
    Blowfish.new(key)
    # ruleid: python-crypto-weak-cipher
    algorithms.TripleDES(key)
    # ruleid: python-crypto-weak-cipher
    AES.new(key, AES.MODE_ECB)
    # ruleid: python-crypto-weak-cipher
    modes.ECB()
    # ruleid: python-crypto-weak-cipher
    rsa.generate_private_key(public_exponent=65537, key_size=1024)
    # ok: python-crypto-weak-cipher
    AES.new(key, AES.MODE_GCM)
    # ok: python-crypto-weak-cipher
    algorithms.AES(key)
    # ok: python-crypto-weak-cipher
    rsa.generate_private_key(public_exponent=65537, key_size=3072)


def numbers(user):
    # ruleid: python-crypto-weak-random
    session_token = random.randint(0, 10**9)
    # ruleid: python-crypto-weak-random
    password = "".join(random.choices(string.ascii_letters, k=12))
    # ruleid: python-crypto-weak-random
    otp = f"{random.randint(0, 999999):06}"
    # ruleid: python-crypto-weak-random
    user.reset_token = random.getrandbits(64)
    # ok: python-crypto-weak-random
    reset_token = secrets.token_urlsafe()
    # ok: python-crypto-weak-random
    api_token = random.SystemRandom().getrandbits(64)
    # ok: python-crypto-weak-random
    map_seed = random.randint(0, 10**9)
    return session_token, password, otp, reset_token, api_token, map_seed


def tokens(token, key):
    # ruleid: python-jwt-unverified
    jwt.decode(token, options={"verify_signature": False})
    # ruleid: python-jwt-unverified
    jwt.decode(token, key, algorithms=["none"])
    # ruleid: python-jwt-unverified
    jwt.decode(token, key, verify=False)
    # ruleid: python-jwt-unverified
    jose_jwt.get_unverified_claims(token)
    lax = {"verify_signature": False}
    # ruleid: python-jwt-unverified
    jwt.decode(token, options=lax)
    # ruleid: python-jwt-unverified
    jwt.encode({"player": 1}, key, algorithm="none")
    # ok: python-jwt-unverified
    jwt.decode(token, key, algorithms=["HS256"])
    # ok: python-jwt-unverified
    jwt.get_unverified_header(token)
    # ruleid: python-jwt-no-expiry
    jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
    # ok: python-jwt-no-expiry
    jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp"]})
    # ruleid: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, "our key", algorithm="HS256")
    # ruleid: python-jwt-hardcoded-key
    jwt.decode(token, SIGNING_KEY, algorithms=["HS256"])
    # ruleid: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, key="our key")
    # ok: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, key, algorithm="HS256")
    # ok: python-jwt-hardcoded-key
    jwt.encode({"player": 1}, os.environ["JWT_KEY"], algorithm="HS256")
