"""Reading what the review pages show: texts as a browser shows them, and which of them bear marks."""

from __future__ import annotations

from html.parser import HTMLParser

HARMLESS = {
    *("a", "b", "bdo", "br", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "i", "img", "ins", "li"),
    *("ol", "p", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
SCHEMES = ("http://", "https://", "mailto:")


class Page(HTMLParser):
    """What a piece of HTML shows, and whatever of it could do harm."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marks: list[tuple[str, str]] = []
        self.harm: list[str] = []
        self.depth: list[str] = []
        self._unseen = 0
        self.feed(html)
        self.close()
        self.harm += [f"<{tag}> is left open" for tag in self.depth]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HARMLESS:
            self.harm.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "id", "srcdoc", "action"):
                self.harm.append(f"{tag} {name}={value}")
            address = (value or "").strip().lower() if name in ("href", "src") else ""
            if ":" in address.partition("/")[0] and not address.startswith(SCHEMES):
                self.harm.append(f"{tag} {name}={value}")
        if tag in ("del", "ins"):
            self.marks.append((tag, ""))
        if tag not in ("br", "img"):
            self.depth.append(tag)
        if ("class", "nothing") in attrs:
            self._unseen = len(self.depth)

    def handle_endtag(self, tag: str) -> None:
        if not self.depth or self.depth[-1] != tag:
            self.harm.append(f"</{tag}> closes nothing")
            return
        if self._unseen == len(self.depth):
            self._unseen = 0
        self.depth.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.text += data
        if self.depth and self.depth[-1] in ("del", "ins"):
            self.marks[-1] = (self.marks[-1][0], self.marks[-1][1] + data)

    def handle_comment(self, data: str) -> None:
        self.harm.append("a comment")


def text_of(html: str) -> str:
    """Return the text that HTML shows."""
    return Page(html).text


def marks_of(html: str) -> list[str]:
    """Return the texts that bear marks."""
    return [text for _tag, text in Page(html).marks]
