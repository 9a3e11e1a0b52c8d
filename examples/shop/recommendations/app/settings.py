"""Settings, from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql://shop:shop@localhost:5435/shop"
    cache_url: str = Field(default="redis://localhost:6379/1", alias="CACHE_URL")
    backend_url: str = "http://localhost:3011"
    model_dir: str = "/models"


settings = Settings()
