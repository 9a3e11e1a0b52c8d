"""The service that suggests what else one might buy."""

import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.cache import remember
from app.catalogue import load_products

app = FastAPI(title="recommendations")
app.add_middleware(
    CORSMiddleware,
    allow_origins=["http://localhost:3000"],
    allow_methods=["GET"],
)


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.get("/recommendations/{product}")
def recommend(product: int) -> list[int]:
    return [other["id"] for other in load_products() if other["id"] != product][:4]


@app.post("/train")
def train() -> dict[str, str]:
    remember("trained-by", os.environ["TRAINER_TOKEN"])
    return {"status": "queued"}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
