"""Markup to clean: what people paste, what browsers mend, and what attackers try."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='x'onerror='alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<a href=javascript:alert(1)>x</a>",
    "<a href='  java\tscript:alert(1)'>x</a>",
    "<a href='&#106;&#x61;vascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href=//evil.example target=_blank rel=opener>x</a>",
    "<a href=x target='_BLANK' rel='OPENER'>x</a>",
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<base href='//evil.example'><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%'>x</div>",
    "<div style='color:red;x:expression(alert(1))'>x</div>",
    "<div style='col\\6fr:red;-moz-binding:url(//evil.example)'>x</div>",
    "<p style='margin-left:-9999px'>x</p>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script></textarea>",
    "<xmp><p title='</xmp><script>alert(1)</script>'>",
    "<plaintext><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<b lang='<a target=' dir='> onmouseover=alert(1) '>x</b>",
    "<b lang='<a target=' dir=' target='>x</b>",
    "<a title='<img src=x onerror=alert(1)>' target='x'>x</a>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<table background='javascript:alert(1)'><tr><td>x</td></tr></table>",
    "<b/onclick=alert(1)>x</b>",
    "<b\x00onclick=alert(1)>x</b>",
    "\x00<scr\x00ipt>alert(1)</script>",
    "\ufeff\ufeff<script>alert(1)</script>x",
]
"""Attempts at running a script, loading a file or covering the page."""

_PIECES = [
    *("text", "a & b", "x < y", "&amp;", "&lt;b&gt;", "&nbsp;", "&#13;", "&#0;", "&#xFEFF;", "&notin;", "&", "<", ">"),
    *("مرحبا", "\u202e\u05e2\u05d1\u05e8\u202c", "\u200f", "数据", "📊", "e\u0301", "\x00", "\x01", "\x1f", "\x85"),
    *("\u2028", "\ufeff"),
    *(" ", "\n", "\r\n", "\t", "\u00a0"),
    *('<p dir="rtl" lang="ar">', "<p>", "</p>", "<div align=center>", "</div>", "<br>", "</br>", "<br/>", "<hr>"),
    *("<b>", "</b>", "<i lang=de>", "</i>", "<u>", "</u>", "<em>", "</em>", "<strong>", "</strong>", "<bdo dir=rtl>"),
    *("<span style='color:red;top:0'>", "</span>", "<font color=red>", "</font>", "<nobr>", "</nobr>"),
    *("<a href='/x?a=1&b=2' target=_blank>", "<a href=//e.example title='\">'>", "<a target='_self' rel=up>", "</a>"),
    *("<ul>", "</ul>", "<ol reversed start=3>", "</ol>", "<li>", "</li>", "<dl>", "<dt>", "<dd>", "</dl>"),
    *("<table>", "</table>", "<caption>", "<colgroup>", "<col>", "<thead>", "<tbody>", "<tr>", "<td>", "</td>", "<th>"),
    *("<h1>", "</h1>", "<h2 dir=rtl>", "</h2>", "<pre>\n\n", "</pre>", "<blockquote>", "</blockquote>", "<section>"),
    *("<img src='https://e.example/x.png' alt='<b>'>", "<img src=data:x>", "<form>", "</form>", "<button>"),
    *("<select>", "<option>", "</select>", "<textarea>", "</textarea>", "<object>", "</object>", "<marquee>"),
    *("<svg>", "</svg>", "<math>", "<mi>", "<mtext>", "<desc>", "<foreignObject>", "<title>", "</title>"),
    *("<script>", "</script>", "<style>", "</style>", "<template>", "</template>", "<noscript>", "<plaintext>"),
    *("<!--", "-->", "<!doctype html>", "<html>", "<head>", "<body>", "</body>", "<frameset>", "<unknown-tag>", "</>"),
    *("<p", "<a href='", 'style="', "='", "<b lang='<a target=' dir='>'>"),
]

markup = st.lists(st.sampled_from([*_PIECES, *HOSTILE]) | st.text(max_size=4), max_size=40).map("".join)
"""Anything, mostly with tags."""

_ELEMENTS = [
    *(
        "<div>{}</div>",
        "<b>{}</b>",
        "<i lang=de>{}</i>",
        "<span>{}</span>",
        "<h2>{}</h2>",
        "<blockquote>{}</blockquote>",
    ),
    *("<ul><li>{0}<li>{0}</ul>", "<table><tr><td>{0}<td><p>{0}</table>", "<dl><dt>{0}<dd><p>{0}</dd></dl>"),
]

nested = st.recursive(
    st.sampled_from(["x", "", "é & ü", "<br>", "<p>One<p>two</p>"]),
    lambda inner: st.builds(str.format, st.sampled_from(_ELEMENTS), st.lists(inner, max_size=3).map("".join)),
    max_leaves=8,
)
"""Tags that are closed where they were opened, or whose end may be left out."""
