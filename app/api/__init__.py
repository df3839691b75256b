"""The REST API and its event streams; the only room that knows HTTP and pydantic."""
