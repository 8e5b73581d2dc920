import json
import marshal
import pickle
import xml.dom.minidom
import xml.etree.ElementTree
from pickle import loads
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import yaml
from yaml import CSafeLoader, SafeLoader


def read(data):
    # ruleid: python-deserialise-pickle
    pickle.loads(data)
    # ruleid: python-deserialise-pickle
    loads(data)
    # ruleid: python-deserialise-pickle
    pickle.Unpickler(data).load()
    # ruleid: python-deserialise-pickle
    marshal.loads(data)
    # ruleid: python-deserialise-pickle
    pd.read_pickle(data)
    # ruleid: python-deserialise-pickle
    np.load(data, allow_pickle=True)
    # ok: python-deserialise-pickle
    json.loads(data)
    # ok: python-deserialise-pickle
    pickle.dumps(data)
    # ok: python-deserialise-pickle
    np.load(data)
    # ruleid: python-deserialise-yaml
    yaml.load(data)
    # ruleid: python-deserialise-yaml
    yaml.load(data, Loader=yaml.Loader)
    # ruleid: python-deserialise-yaml
    yaml.load_all(data, yaml.UnsafeLoader)
    # ok: python-deserialise-yaml
    yaml.load(data, Loader=yaml.SafeLoader)
    # ok: python-deserialise-yaml
    yaml.load(data, SafeLoader)
    # ok: python-deserialise-yaml
    yaml.load_all(data, Loader=CSafeLoader)
    # ok: python-deserialise-yaml
    yaml.safe_load(data)
    # ruleid: python-deserialise-xml
    xml.etree.ElementTree.fromstring(data)
    # ruleid: python-deserialise-xml
    ET.parse(data)
    # ruleid: python-deserialise-xml
    xml.dom.minidom.parseString(data)
    # ok: python-deserialise-xml
    xml.etree.ElementTree.tostring(data)
