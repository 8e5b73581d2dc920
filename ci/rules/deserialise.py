import json
import pickle
import xml.etree.ElementTree

import yaml


def read(data):
    # ruleid: python-deserialise-pickle
    pickle.loads(data)
    # ruleid: python-deserialise-pickle
    pickle.Unpickler(data).load()
    # ok: python-deserialise-pickle
    json.loads(data)
    # ok: python-deserialise-pickle
    pickle.dumps(data)
    # ruleid: python-deserialise-yaml
    yaml.load(data)
    # ruleid: python-deserialise-yaml
    yaml.load(data, Loader=yaml.Loader)
    # ok: python-deserialise-yaml
    yaml.load(data, Loader=yaml.SafeLoader)
    # ok: python-deserialise-yaml
    yaml.safe_load(data)
    # ruleid: python-deserialise-xml
    xml.etree.ElementTree.fromstring(data)
    # ok: python-deserialise-xml
    xml.etree.ElementTree.tostring(data)
