"""Draws the states of a draft in review, and lists the ways between them, from the table in the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openedx_catalog_publisher.models import Status
from openedx_catalog_publisher.review.states import PROGRESS, TRANSITIONS, Transition

ORDER: tuple[Status, ...] = (Status.UNPUBLISHED, *PROGRESS, Status.PUBLISHED)
WIDTH, HEIGHT, GAP, LANE = 132, 40, 44, 22
LEFT = 24
TAKES_BACK = frozenset({Status.UNPUBLISHED, Status.PUBLISHED})


def states_table() -> str:
    """Return the transitions as a table in reStructuredText, grouped by what leads from a state."""
    rows: dict[tuple[Status, str, str], list[Status]] = defaultdict(list)
    for transition in TRANSITIONS:
        rows[transition.source, transition.act, transition.who].append(transition.target)
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 22 26 26 26", ""]
    lines += ["   * - From", "     - What is done", "     - By", "     - To"]
    for (source, act, who), targets in sorted(rows.items(), key=lambda row: ORDER.index(row[0][0])):
        lines += [f"   * - ``{source}``", f"     - {act}", f"     - {who}"]
        lines.append(f"     - {', '.join(f'``{target}``' for target in targets)}")
    return "\n".join(lines)


def states_picture() -> str:
    """Return the states and the ways between them as a picture, an SVG to be put into a page."""
    forward, back = _pairs(forward=True), _pairs(forward=False)
    above, below = LANE * (len(forward) + 1), LANE * (len(back) + 1)
    top = above
    parts = [
        (
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="currentColor"/></marker>'
        )
    ]
    for index, status in enumerate(ORDER):
        x = _x(index)
        parts.append(
            f'<rect x="{x}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="none" stroke="currentColor"/>'
            f'<text x="{x + WIDTH / 2}" y="{top + 25}" text-anchor="middle" font-weight="600">'
            f"{escape(str(status))}</text>"
        )
    for lane, ((source, target), acts) in enumerate(forward):
        parts.append(_arc(source, target, acts, edge=top, level=top - LANE * (lane + 1)))
    for lane, ((source, target), acts) in enumerate(back):
        bottom = top + HEIGHT
        parts.append(_arc(source, target, acts, edge=bottom, level=bottom + LANE * (lane + 1)))
    width = _x(len(ORDER) - 1) + WIDTH + LEFT
    label = "States of a draft in review and the ways between them; the table below says the same."
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {top + HEIGHT + below}" '
        f'font-size="11" font-family="sans-serif" style="max-width: 100%; height: auto">{"".join(parts)}</svg>'
    )


def _pairs(*, forward: bool) -> list[tuple[tuple[Status, Status], list[str]]]:
    found: Mapping[tuple[Status, Status], list[str]] = defaultdict(list)
    for transition in TRANSITIONS:
        if _is_forward(transition) is forward:
            acts = found[transition.source, transition.target]
            if transition.act not in acts:
                acts.append(transition.act)
    return sorted(found.items(), key=lambda pair: abs(ORDER.index(pair[0][1]) - ORDER.index(pair[0][0])))


def _is_forward(transition: Transition) -> bool:
    return ORDER.index(transition.target) > ORDER.index(transition.source)


def _x(index: int) -> int:
    return LEFT + index * (WIDTH + GAP)


def _arc(source: Status, target: Status, acts: Sequence[str], *, edge: int, level: int) -> str:
    one, other = ORDER.index(source), ORDER.index(target)
    # Arcs leave and arrive at places of their own, so that none hides another.
    spread = (edge - level) / LANE * 5 if edge > level else (level - edge) / LANE * 3.5
    begin = _x(one) + WIDTH / 2 + (spread if other > one else -spread)
    end = _x(other) + WIDTH / 2 - (spread if other > one else -spread)
    middle = (begin + end) / 2
    line = f"M{begin},{edge} L{begin},{level} L{end},{level} L{end},{edge}"
    text = escape(", ".join(acts))
    return (
        f'<path d="{line}" fill="none" stroke="currentColor" stroke-opacity="0.55" marker-end="url(#tip)"/>'
        f'<text x="{middle}" y="{level - 4}" text-anchor="middle" font-size="10">{text}</text>'
    )
