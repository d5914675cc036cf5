"""Halves a picture, a JPEG in and out, by Pillow."""

import base64
import io
from typing import Any

from PIL import Image  # type: ignore[import-not-found]


def handler(event: Any, context: Any) -> Any:
    picture = Image.open(io.BytesIO(base64.b64decode(event["body"])))
    picture.thumbnail((picture.width // 2, picture.height // 2))
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG")
    return {"width": picture.width, "height": picture.height, "body": base64.b64encode(jpeg.getvalue()).decode()}
