# SPDX-License-Identifier: MIT
"""check_page.py PAGE: a report in HTML is well-formed, needs no other file, and its sums are those of its rows."""
import re
import sys
from html.parser import HTMLParser

text = open(sys.argv[1], encoding="utf-8").read()


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.verdicts = [], []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        assert not {"src", "href", "onclick", "onload"} & set(names) and tag not in ("script", "link", "img"), tag
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("b", "td") and re.fullmatch("[A-Z]+", data):
            self.verdicts.append(data)


page = Page()
page.feed(text)
page.close()
assert not page.open, page.open
passed, failed, skipped = map(int, re.search(r"<b>(\d+) passed, (\d+) failed, (\d+) skipped</b>", text).groups())
counts = [sum(v in kind for v in page.verdicts) for kind in (
    ("PASS", "WEAK"), ("FAIL", "XPASS", "BROKEN", "UNRESOLVED"), ("SKIPPED", "UNSUPPORTED", "XFAIL"))]
assert counts == [passed, failed, skipped], (counts, passed, failed, skipped)
