/* SPDX-License-Identifier: MIT */
/*
 * Texts in XML and in Markdown.
 */
#include "tests/unit/unit.h"

#include "escape.h"

static void check_xml(const char *text, const char *want)
{
    struct buf b = {0};

    xml_add(&b, text);
    buf_adds(&b, "");
    CHECK_EQ_STR(b.data, want);
    buf_finish(&b);
}

static void check_markdown(const char *text, const char *want)
{
    struct buf b = {0};

    markdown_add(&b, text);
    CHECK_EQ_STR(b.data, want);
    buf_finish(&b);
}

static void check_code(const char *text, const char *want)
{
    struct buf b = {0};

    markdown_add_code(&b, "sh", text);
    CHECK_EQ_STR(b.data, want);
    buf_finish(&b);
}

TEST(xml_means_nothing)
{
    check_xml("a<b>&\"c\"'", "a&lt;b&gt;&amp;&quot;c&quot;'");
    check_xml("]]>", "]]&gt;");
    check_xml("one\ntwo\t", "one\ntwo\t");
    check_xml("", "");
}

TEST(xml_has_no_odd_bytes)
{
    check_xml("\x1b[31m\r\x01\x7f", "\\x1b[31m\\x0d\\x01\\x7f");
    check_xml("\xff\xfe", "\\xff\\xfe");
    check_xml("\xc3(", "\\xc3("); /* a sequence that is cut off */
    check_xml("\xc0\xaf \xed\xa0\x80", "\\xc0\\xaf \\xed\\xa0\\x80"); /* overlong, a surrogate */
    check_xml("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");            /* above U+10FFFF */
    check_xml("\xef\xbf\xbe\xef\xbf\xbf", "\\ufffe\\uffff");
    check_xml("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    check_xml("\xe2\x82", "\\xe2\\x82");
}

TEST(markdown_means_nothing)
{
    check_markdown("a|b`c`*d*_e_<f>[g]#1~\\",
                   "a\\|b\\`c\\`\\*d\\*\\_e\\_\\<f\\>\\[g\\]\\#1\\~\\\\");
    check_markdown("one\ntwo\x1b\xff\xc3\xa4", "one two ?\xc3\xa4");
}

TEST(code_is_not_ended_by_its_text)
{
    check_code("ls", "```sh\nls\n```\n");
    check_code("ls\n", "```sh\nls\n```\n");
    check_code("```\nls", "````sh\n```\nls\n````\n");
    check_code("a ````` b", "``````sh\na ````` b\n``````\n");
    check_code("\x1b\xff\xc3\xa4\t", "```sh\n??\xc3\xa4\t\n```\n");
}
