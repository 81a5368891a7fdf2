# SPDX-License-Identifier: GPL-2.0
"""sanitise.py [sorted]: cleans HTML of attributes that are not allowed, and checks what its users
rely on: that cleaning what is clean changes nothing. Ends with 1 where it does."""
import re
import sys

ALLOWED = {"a": {"href", "title", "rel", "class"}, "img": {"src", "alt", "title", "width"}}
DOCUMENTS = [
    '<a href="/one" title="One" rel="next" onclick="evil()">one</a>',
    '<img src="/two.png" alt="Two" width="40" onload="evil()">',
    '<a class="wide" rel="nofollow" href="/three">three</a>',
    '<img title="Four" width="80" src="/four.png" alt="4">',
    '<a title="Five" class="small" href="/five" style="x">five</a>',
]
TAG = re.compile(r"<(\w+)((?:\s+\w+=\"[^\"]*\")*)>")
ATTRIBUTE = re.compile(r"(\w+)=\"([^\"]*)\"")


def clean_tag(match):
    """A start tag with the allowed ones of its attributes."""
    name, text = match.groups()
    values = dict(ATTRIBUTE.findall(text))
    kept = {a for a in values if a in ALLOWED.get(name, ())}
    order = sorted(kept) if "sorted" in sys.argv else kept
    return "<" + " ".join([name, *(f'{a}="{values[a]}"' for a in order)]) + ">"


def clean(html):
    return TAG.sub(clean_tag, html)


def main():
    unstable = 0
    for document in DOCUMENTS:
        once = clean(document)
        twice = clean(once)
        print(once)
        if twice != once:
            print(f"not idempotent: {twice}")
            unstable += 1
    return unstable != 0


sys.exit(main())
