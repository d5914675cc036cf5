"""Prints a picture as base64: a JPEG of 1600 by 1064 pixels and some 200 KB, the same each time."""

import base64
import io
import random
import sys

from PIL import Image, ImageDraw, ImageFilter  # type: ignore[import-not-found]

_SIZE = (1600, 1064)


def picture() -> bytes:
    """Shapes of all sizes, softened, with the grain that a camera leaves: as hard to compress as a photograph."""
    chance = random.Random(20)
    image = Image.linear_gradient("L").resize(_SIZE).convert("RGB")
    draw = ImageDraw.Draw(image)
    for number in range(900):
        radius = 240 * 0.995**number + 4
        x, y = chance.uniform(0, _SIZE[0]), chance.uniform(0, _SIZE[1])
        color = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    noise = Image.frombytes("L", _SIZE, chance.randbytes(_SIZE[0] * _SIZE[1])).convert("RGB")
    jpeg = io.BytesIO()
    Image.blend(image, noise, 0.025).save(jpeg, "JPEG", quality=75)
    return jpeg.getvalue()


if __name__ == "__main__":
    sys.stdout.write(base64.b64encode(picture()).decode())
