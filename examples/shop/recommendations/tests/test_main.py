from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app, base_url="http://localhost:8000")


def test_health():
    assert client.get("/health").json() == {"ok": True}
