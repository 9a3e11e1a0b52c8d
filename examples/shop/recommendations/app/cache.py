"""What was computed once."""

import os

import redis

client = redis.Redis(host=os.environ.get("REDIS_HOST", "localhost"), port=6379)


def remember(key: str, value: str) -> None:
    client.set(key, value, ex=3600)
