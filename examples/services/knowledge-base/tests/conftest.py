import pytest
from fastapi.testclient import TestClient

from knowledge_base.app import create_app


@pytest.fixture
def client() -> TestClient:
    """The service with the articles that it ships."""
    return TestClient(create_app({}))


@pytest.fixture
def write_article(tmp_path):
    """Writes a TOML file into a folder of this test alone."""

    def write(name: str, text: str):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
