"""
Draws the pictures of the demo's catalog: ``python demo/catalog/make_images.py``, in the project's folder.

Every picture is made of plain shapes. Its motif is that of the course's first subject, its colours and its arrangement
follow from the course's key; so a picture that is drawn again is the same, and no picture is anybody's but ours.
"""

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
CATALOG = HERE / "catalog.jsonl"
COURSE_SIZE = (1134, 675)
FINER = 2
"""How much larger everything is drawn, so that edges are smooth when it is made smaller."""

COLOURS = 16
"""How many colours a picture keeps; few enough for small files."""

PALETTES: dict[str, tuple[str, ...]] = {
    "berry": ("#f8eeea", "#4a1230", "#a23b5b", "#de9ba9", "#2b7a78", "#f2d5d3"),
    "clay": ("#f7efe5", "#5a2a27", "#b5563c", "#dda77b", "#2f6e73", "#f0d9bf"),
    "dusk": ("#f4efe6", "#1d2b4f", "#3e5c8a", "#8fb1cc", "#f2b84b", "#d9e2ec"),
    "forest": ("#f3f1e4", "#17402f", "#3b7a57", "#8db48e", "#e9a03b", "#d6e3c8"),
    "night": ("#f3ebd8", "#0e1a3a", "#2a3f73", "#6d86b8", "#f4c95d", "#c9d4ea"),
    "olive": ("#f5f2e3", "#3e4020", "#7c8032", "#bfbd7a", "#c5522f", "#e4e1bc"),
    "plum": ("#f6eef3", "#3b1f4a", "#7a4a8c", "#bb98c6", "#e8a33d", "#e3d2e8"),
    "sea": ("#eef4f3", "#0f3d4c", "#1f7a8c", "#7fb7be", "#ef6f53", "#cfe3e4"),
}
"""Colours that go together: paper, dark, strong, middle, one that stands out, light."""

Motif = Callable[["Board"], None]


class Board:
    """A drawing surface with its own chance and its own colours, both from a seed."""

    def __init__(self, seed: str, size: tuple[int, int], palettes: Sequence[str]) -> None:
        self.width, self.height = size[0] * FINER, size[1] * FINER
        self.chance = random.Random(seed)  # noqa: S311
        self.paper, *self.shades = PALETTES[self.chance.choice(palettes)]
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self.draw = ImageDraw.Draw(self.image)

    def any_shade(self) -> str:
        """Return one of the picture's colours."""
        return self.chance.choice(self.shades)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a disc."""
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def ring(self, x: float, y: float, radius: float, colour: str, width: float) -> None:
        """Draw a ring."""
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=round(width))

    def fill(self, colour: str) -> None:
        """Fill the whole surface."""
        self.draw.rectangle((0, 0, self.width, self.height), fill=colour)

    def save(self, file: Path, size: tuple[int, int]) -> None:
        """Write the picture in its size."""
        file.parent.mkdir(parents=True, exist_ok=True)
        smaller = self.image.resize(size, Image.Resampling.LANCZOS)
        smaller.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


def sky(board: Board) -> None:
    """Stars, their paths around one point, and one large body."""
    board.fill(board.shades[0])
    x, y = board.width * board.chance.uniform(0.2, 0.8), board.height * 1.05
    for step in range(7):
        board.ring(x, y, board.height * (0.35 + 0.16 * step), board.shades[1], 3 * FINER)
    board.disc(board.width * board.chance.uniform(0.6, 0.85), board.height * 0.3, board.height * 0.16, board.shades[3])
    for _ in range(46):
        radius = board.chance.choice((2, 2, 3, 5)) * FINER
        board.disc(board.chance.uniform(0, board.width), board.chance.uniform(0, board.height), radius, board.paper)


def hills(board: Board) -> None:
    """A sun behind layers of hills."""
    board.disc(board.width * board.chance.uniform(0.2, 0.8), board.height * 0.36, board.height * 0.2, board.shades[3])
    for layer, colour in enumerate((board.shades[4], board.shades[2], board.shades[1], board.shades[0])):
        base = board.height * (0.42 + 0.16 * layer)
        phase, length = board.chance.uniform(0, 6), board.chance.uniform(0.5, 1.1)
        wave = [
            (x, base + math.sin(phase + 6.3 * length * x / board.width) * board.height * 0.09)
            for x in range(0, board.width + 1, 12)
        ]
        board.draw.polygon([*wave, (board.width, board.height), (0, board.height)], fill=colour)


def arches(board: Board) -> None:
    """Rows of arches, one within the other."""
    across = board.chance.choice((4, 5, 6))
    step = board.width / across
    for row in range(2):
        for column in range(across):
            x, top, bottom = column * step, board.height * (0.5 * row + 0.08), board.height * (0.5 * row + 0.5)
            colours = board.chance.sample(board.shades, 3)
            for ring, colour in enumerate(colours):
                inset = step * (0.06 + 0.14 * ring)
                left, right = x + inset, x + step - inset
                board.draw.pieslice((left, top + inset, right, top + inset + (right - left)), 180, 360, fill=colour)
                board.draw.rectangle((left, top + inset + (right - left) / 2, right, bottom), fill=colour)


def quarters(board: Board) -> None:
    """Tiles with quarters of circles."""
    tile = board.height / 5
    for column in range(math.ceil(board.width / tile)):
        for row in range(5):
            x, y = column * tile, row * tile
            ground, figure = board.chance.sample(board.shades, 2)
            board.draw.rectangle((x, y, x + tile, y + tile), fill=ground)
            right, down = board.chance.randrange(2), board.chance.randrange(2)
            centre_x, centre_y = x + tile * right, y + tile * down
            box = (centre_x - tile, centre_y - tile, centre_x + tile, centre_y + tile)
            start = {(0, 0): 0, (1, 0): 90, (1, 1): 180, (0, 1): 270}[right, down]
            board.draw.pieslice(box, start, start + 90, fill=figure)


def bits(board: Board) -> None:
    """A mosaic that is the same on the left and on the right."""
    tile = board.height / 9
    columns = math.ceil(board.width / tile)
    for row in range(9):
        for column in range(math.ceil(columns / 2)):
            if board.chance.random() < 0.42:
                continue
            colour = board.any_shade()
            for place in (column, columns - 1 - column):
                x, y = place * tile + (board.width - columns * tile) / 2, row * tile
                board.draw.rounded_rectangle((x + 6, y + 6, x + tile - 6, y + tile - 6), tile * 0.16, fill=colour)


def bridges(board: Board) -> None:
    """A bridge above water: of bars, of an arch, or of ropes."""
    board.draw.rectangle((0, board.height * 0.78, board.width, board.height), fill=board.shades[2])
    board.disc(board.width * board.chance.uniform(0.15, 0.85), board.height * 0.24, board.height * 0.1, board.shades[4])
    deck = board.height * 0.62
    board.chance.choice((_bars_of_bridge, _arch_of_bridge, _ropes_of_bridge))(board, deck)
    board.draw.line((0, deck, board.width, deck), fill=board.shades[0], width=17 * FINER)


def _bars_of_bridge(board: Board, deck: float) -> None:
    panels, top, bar = board.chance.choice((5, 6, 7, 8)), board.height * 0.3, 14 * FINER
    step = board.width / panels
    for panel in range(panels):
        left, right = panel * step, (panel + 1) * step
        middle = (left + right) / 2
        board.draw.line((left, deck, middle, top), fill=board.shades[1], width=bar)
        board.draw.line((middle, top, right, deck), fill=board.shades[3], width=bar)
    board.draw.line((step / 2, top, board.width - step / 2, top), fill=board.shades[0], width=bar)


def _arch_of_bridge(board: Board, deck: float) -> None:
    spans = board.chance.choice((1, 2, 3))
    step = board.width / spans
    board.draw.rectangle((0, deck, board.width, board.height * 0.86), fill=board.shades[1])
    for span in range(spans):
        left, right = span * step + step * 0.08, (span + 1) * step - step * 0.08
        depth = board.height * 0.86 - deck
        box = (left, deck + depth * 0.18, right, deck + depth * 0.18 + depth * 1.9)
        board.draw.pieslice(box, 180, 360, fill=board.paper)
    board.draw.rectangle((0, board.height * 0.86, board.width, board.height), fill=board.shades[2])


def _ropes_of_bridge(board: Board, deck: float) -> None:
    towers, top, reach = (board.width * 0.24, board.width * 0.76), board.height * 0.16, board.width * 0.26

    def rope(x: float) -> float:
        away = min(abs(x - tower) for tower in towers) / reach
        return deck - (deck - top) * max(0, 1 - away) ** 2

    for x in range(0, board.width, 36 * FINER):
        board.draw.line((x, deck, x, rope(x)), fill=board.shades[3], width=4 * FINER)
    line = [(x, rope(x)) for x in range(0, board.width + 1, 8)]
    board.draw.line(line, fill=board.shades[1], width=8 * FINER, joint="curve")
    for tower in towers:
        left, right = tower - 14 * FINER, tower + 14 * FINER
        board.draw.rectangle((left, top, right, board.height * 0.8), fill=board.shades[0])


def circles(board: Board) -> None:
    """Few large circles that overlap, with what they have in common."""
    radius = board.height * 0.36
    places = [(board.width * part, board.height * board.chance.uniform(0.42, 0.58)) for part in (0.32, 0.5, 0.68)]
    for (x, y), colour in zip(places, (board.shades[2], board.shades[3], board.shades[4]), strict=True):
        board.disc(x, y, radius, colour)
    for (x, y), colour in zip(places, (board.shades[0], board.shades[1], board.shades[0]), strict=True):
        for part in (1, 0.72, 0.44):
            board.ring(x, y, radius * part, colour, 5 * FINER)


def combs(board: Board) -> None:
    """Hexagons, some of them full."""
    radius = board.height / 8
    for row in range(7):
        for column in range(math.ceil(board.width / (radius * 1.73)) + 1):
            x = column * radius * 1.732 + (row % 2) * radius * 0.866
            y = row * radius * 1.5
            outline = [
                (x + radius * 0.92 * math.sin(turn * math.pi / 3), y + radius * 0.92 * math.cos(turn * math.pi / 3))
                for turn in range(6)
            ]
            board.draw.polygon(outline, fill=board.any_shade() if board.chance.random() < 0.7 else board.paper)


def weave(board: Board) -> None:
    """Bands that go over and under one another."""
    across, down = 11, 7
    step_x, step_y = board.width / across, board.height / down
    warp = [board.any_shade() for _ in range(across)]
    weft = [board.any_shade() for _ in range(down)]
    for column in range(across):
        for row in range(down):
            x, y = column * step_x, row * step_y
            over = (column + row) % 2 == 0
            first, second = (weft[row], warp[column]) if over else (warp[column], weft[row])
            board.draw.rectangle((x, y, x + step_x, y + step_y), fill=board.paper)
            for colour, is_warp in ((first, not over), (second, over)):
                if is_warp:
                    board.draw.rectangle((x + step_x * 0.12, y, x + step_x * 0.88, y + step_y), fill=colour)
                else:
                    board.draw.rectangle((x, y + step_y * 0.12, x + step_x, y + step_y * 0.88), fill=colour)


def lines(board: Board) -> None:
    """A page of lines, with one large mark in it."""
    size = board.height * 0.26
    x, y = board.width * board.chance.uniform(0.25, 0.75), board.height * board.chance.uniform(0.35, 0.65)
    board.disc(x, y, size, board.shades[3])
    for row in range(11):
        top = board.height * (0.07 + 0.08 * row)
        left = board.width * 0.08
        while left < board.width * 0.9:
            length = board.width * board.chance.uniform(0.03, 0.16)
            right = min(left + length, board.width * 0.92)
            board.draw.rounded_rectangle((left, top, right, top + 18 * FINER), 9 * FINER, fill=board.any_shade())
            left = right + board.width * 0.018


def bars(board: Board) -> None:
    """Columns that rise and fall, over their mirror image."""
    count = 14
    step = board.width / count
    height = 0.3
    for column in range(count):
        height = min(0.6, max(0.1, height + board.chance.uniform(-0.14, 0.17)))
        top, x = board.height * (0.66 - height), column * step
        board.draw.rectangle((x + step * 0.16, top, x + step * 0.84, board.height * 0.66), fill=board.any_shade())
        mirrored = board.height * (0.69 + height * 0.4)
        board.draw.rectangle((x + step * 0.16, board.height * 0.69, x + step * 0.84, mirrored), fill=board.shades[4])


def waves(board: Board) -> None:
    """Strings that swing."""
    for string in range(9):
        swing = board.height * board.chance.uniform(0.02, 0.1)
        length = board.chance.choice((1, 2, 3, 4))
        base = board.height * (0.12 + 0.095 * string)
        points = [
            (x, base + math.sin(math.tau * length * x / board.width) * swing) for x in range(0, board.width + 13, 12)
        ]
        board.draw.line(points, fill=board.shades[string % 4], width=13 * FINER, joint="curve")


def crosses(board: Board) -> None:
    """Crosses and discs in turns."""
    step = board.height / 4
    for column in range(math.ceil(board.width / step)):
        for row in range(4):
            x, y = (column + 0.5) * step, (row + 0.5) * step
            colour = board.any_shade()
            if (column + row) % 2:
                board.disc(x, y, step * 0.34, colour)
                continue
            board.draw.rectangle((x - step * 0.13, y - step * 0.36, x + step * 0.13, y + step * 0.36), fill=colour)
            board.draw.rectangle((x - step * 0.36, y - step * 0.13, x + step * 0.36, y + step * 0.13), fill=colour)


MOTIFS: dict[str, tuple[Motif, tuple[str, ...]]] = {
    "astronomy": (sky, ("night", "plum", "sea")),
    "biology": (combs, ("olive", "clay", "forest")),
    "computer-science": (bits, ("sea", "dusk", "berry")),
    "design-arts": (weave, ("berry", "clay", "plum", "dusk")),
    "economics": (bars, ("forest", "dusk", "clay")),
    "engineering": (bridges, ("dusk", "sea", "clay", "olive")),
    "environment": (hills, ("forest", "sea", "dusk", "clay", "plum")),
    "health": (crosses, ("berry", "sea")),
    "history": (arches, ("clay", "dusk", "olive")),
    "languages-literature": (lines, ("plum", "berry", "dusk", "forest")),
    "mathematics": (quarters, ("plum", "sea", "night")),
    "music": (waves, ("plum", "berry")),
    "philosophy": (circles, ("dusk", "forest", "sea")),
}
"""The motif of each subject, and the palettes that suit it."""


def draw_person(slug: str, file: Path) -> None:
    """Draw a face that is nobody's: a head and shoulders of two colours."""
    size = (220, 220)
    board = Board(slug, size, sorted(PALETTES))
    middle = board.width / 2
    board.fill(board.shades[4])
    board.disc(middle, board.height * 1.08, board.width * 0.44, board.shades[0])
    board.disc(middle, board.height * 0.42, board.width * 0.21, board.shades[2])
    hair = board.chance.choice((200, 215, 180))
    box = (middle - board.width * 0.23, board.height * 0.17, middle + board.width * 0.23, board.height * 0.63)
    board.draw.chord(box, hair, 540 - hair, fill=board.shades[1])
    board.save(file, size)


def draw_logo(key: str, colour: str, file: Path) -> None:
    """Draw a mark of an organization's colour: discs on a ring."""
    size = (240, 120)
    board = Board(key, size, sorted(PALETTES))
    shade = f"#{colour}"
    board.fill("#ffffff")
    x, y, radius = board.width / 2, board.height / 2, board.height * 0.3
    board.ring(x, y, radius, shade, 5 * FINER)
    count = board.chance.choice((3, 4, 5, 6))
    for number in range(count):
        turn = math.tau * number / count - math.pi / 2
        board.disc(x + math.cos(turn) * radius, y + math.sin(turn) * radius, 11 * FINER, shade)
    board.save(file, size)


def draw_course(line: dict[str, Any], file: Path) -> None:
    """Draw the picture of a course: the motif of its first subject."""
    motif, palettes = MOTIFS[line["draft"]["subjects"][0]]
    board = Board(line["key"], COURSE_SIZE, palettes)
    motif(board)
    board.save(file, COURSE_SIZE)


def main() -> None:
    """Draw every picture that the catalog names."""
    rows = [json.loads(text) for text in CATALOG.read_text(encoding="utf-8").splitlines()]
    folder = HERE / rows[0]["images"]
    for row in rows[1:]:
        if row["kind"] == "course":
            draw_course(row, folder / row["draft"]["image"]["path"])
        elif row["kind"] == "person":
            draw_person(row["slug"], folder / row["profile_image"]["path"])
        elif row["kind"] == "organization":
            draw_logo(row["key"], row["organization_hex_color"], folder / row["logo_image"]["path"])


if __name__ == "__main__":
    main()
