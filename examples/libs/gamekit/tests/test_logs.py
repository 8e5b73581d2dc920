import json
import logging
import sys

from gamekit.logs import JsonFormatter


def record(message: str, *args: object, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("demo", logging.INFO, "x.py", 1, message, args, exc_info)


def test_a_record_is_one_line_of_json():
    text = JsonFormatter("demo").format(record("%s joined\nthe game", "Zoë"))

    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "Zoë joined\nthe game"
    assert line["level"] == "info"
    assert line["service"] == "demo"


def test_an_exception_is_part_of_the_line():
    try:
        raise ValueError("broken")
    except ValueError:
        info = sys.exc_info()

    line = json.loads(JsonFormatter("demo").format(record("failed", exc_info=info)))

    assert "ValueError: broken" in line["exception"]
