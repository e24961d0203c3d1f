"""Pictures to upload, made in memory."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image


def picture(size: tuple[int, int] = (40, 30), form: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture with a gradient, so that no two sizes of it are alike."""
    image = Image.linear_gradient("L").resize(size)
    if mode == "I;16":
        image = Image.frombytes("I;16", size, b"".join(bytes([0, value]) for value in image.tobytes()))
    elif mode != "L":
        image = image.convert(mode)
    if "A" in mode:
        image.putalpha(200)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def moving(frames: int, size: tuple[int, int] = (8, 8), form: str = "GIF") -> bytes:
    """Return a picture that moves; each frame differs from the one before."""
    images = [Image.new("L", size, number * 50 % 256) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, form, save_all=True, append_images=images[1:])
    return out.getvalue()


def data_uri(data: bytes, kind: str = "image/png") -> str:
    """Return bytes as the micro-frontend sends them."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
