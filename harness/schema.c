/* SPDX-License-Identifier: MIT
 *
 * What an event has to be: events.def as a table, checked and printed.
 */
#include "event.h"
#include "tier.h"

#include <limits.h>
#include <string.h>

enum type { EVENT_BEGINS, TEXT, TEXTS, VERDICT, COUNT, SECONDS, FLAG, COUNTS, TIERS };
enum needed { ALWAYS, SOMETIMES };

/* The events one after the other: a row that begins it, then its members. */
static const struct row {
    const char *name;
    enum type type;
    enum needed needed;
    const char *text;
} rows[] = {
#define EVENT(name, text) {#name, EVENT_BEGINS, ALWAYS, text},
#define MEMBER(name, type, needed, text) {#name, type, needed, text},
#include "events.def"
#undef EVENT
#undef MEMBER
};

static bool plain(const json_t *value)
{
    const char *text = json_string_value(value);

    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return text != NULL;
}

static bool whole(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) <= INT_MAX;
}

static bool all_plain(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!plain(json_array_get(value, i)))
            return false;
    return json_is_array(value);
}

static bool all_counts(json_t *value)
{
    const char *name;
    enum verdict v;
    json_t *n;

    json_object_foreach(value, name, n)
    {
        if (!verdict_find(name, &v) || !whole(n))
            return false;
    }
    return json_is_object(value);
}

static bool all_tiers(json_t *value)
{
    const char *name;
    json_t *counts;
    enum tier t;

    json_object_foreach(value, name, counts)
    {
        if (!tier_find(name, &t) || json_object_size(counts) != STANDING_COUNT)
            return false;
        for (int k = 0; k < STANDING_COUNT; k++)
            if (!whole(json_object_get(counts, standing_name((enum standing)k))))
                return false;
    }
    return json_is_object(value);
}

/* Whether the value is of the type; *expected says what that is. */
static bool fits(json_t *value, enum type type, const char **expected)
{
    enum verdict v;

    switch (type) {
    case TEXT:
        *expected = "a text without control characters";
        return plain(value);
    case TEXTS:
        *expected = "an array of texts without control characters";
        return all_plain(value);
    case VERDICT:
        *expected = "the name of a verdict";
        return json_is_string(value) && verdict_find(json_string_value(value), &v);
    case COUNT:
        *expected = "a whole number from 0";
        return whole(value);
    case SECONDS:
        *expected = "a number from 0";
        return json_is_number(value) && json_number_value(value) >= 0;
    case FLAG:
        *expected = "true or false";
        return json_is_boolean(value);
    case TIERS:
        *expected = "an object of passed, failed and skipped by tier";
        return all_tiers(value);
    case COUNTS:
    case EVENT_BEGINS:
        break;
    }
    *expected = "an object of counts by verdict";
    return all_counts(value);
}

/* The row that begins the event of this name, or NULL. */
static const struct row *find_event(const char *name)
{
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (rows[i].type == EVENT_BEGINS && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static bool is_member(const struct row *r)
{
    return r < rows + LENGTH(rows) && r->type != EVENT_BEGINS;
}

static bool known(const struct row *event, const char *name)
{
    for (const struct row *r = event + 1; is_member(r); r++)
        if (strcmp(r->name, name) == 0)
            return true;
    return strcmp(name, "event") == 0;
}

bool event_check(const json_t *event, struct buf *why)
{
    const struct row *begin = find_event(event_text(event, "event"));
    const char *name, *expected;
    json_t *value;

    if (begin == NULL) {
        buf_adds(why, "expected an object whose \"event\" is start, case or end");
        return false;
    }
    for (const struct row *r = begin + 1; is_member(r); r++) {
        value = json_object_get(event, r->name);
        if (value == NULL ? r->needed == SOMETIMES : fits(value, r->type, &expected))
            continue;
        if (value == NULL)
            fits(NULL, r->type, &expected);
        buf_printf(why, "expected \"%s\" in the event %s, %s", r->name, begin->name, expected);
        return false;
    }
    json_object_foreach((json_t *)event, name, value)
    {
        if (known(begin, name))
            continue;
        buf_printf(why, "the event %s has no member \"%s\"; was it written by another version?",
                   begin->name, name);
        return false;
    }
    return true;
}

static json_t *verdict_names(void)
{
    json_t *names = json_array();

    for (int v = 0; v < VERDICT_COUNT; v++)
        json_array_append_new(names, json_string(verdict_name((enum verdict)v)));
    return names;
}

static json_t *type_schema(enum type type);

static json_t *tiers_schema(void)
{
    json_t *names = json_array(), *standings = json_object(), *required = json_array();

    for (int i = 0; i < TIER_COUNT; i++)
        json_array_append_new(names, json_string(tier_name((enum tier)i)));
    for (int k = 0; k < STANDING_COUNT; k++) {
        json_object_set_new(standings, standing_name((enum standing)k), type_schema(COUNT));
        json_array_append_new(required, json_string(standing_name((enum standing)k)));
    }
    return json_pack("{s:s, s:{s:o}, s:{s:s, s:o, s:o, s:b}}", "type", "object", "propertyNames",
                     "enum", names, "additionalProperties", "type", "object", "properties",
                     standings, "required", required, "additionalProperties", 0);
}

static json_t *type_schema(enum type type)
{
    static const char no_controls[] = "^[^\\u0000-\\u001f\\u007f]*$";

    switch (type) {
    case TEXT:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", no_controls);
    case TEXTS:
        return json_pack("{s:s, s:o}", "type", "array", "items", type_schema(TEXT));
    case VERDICT:
        return json_pack("{s:o}", "enum", verdict_names());
    case COUNT:
        return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 0, "maximum", INT_MAX);
    case SECONDS:
        return json_pack("{s:s, s:i}", "type", "number", "minimum", 0);
    case FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case TIERS:
        return tiers_schema();
    case COUNTS:
    case EVENT_BEGINS:
        break;
    }
    return json_pack("{s:s, s:{s:o}, s:o}", "type", "object", "propertyNames", "enum",
                     verdict_names(), "additionalProperties", type_schema(COUNT));
}

static json_t *one_schema(const struct row *begin)
{
    json_t *members = json_pack("{s:{s:s}}", "event", "const", begin->name);
    json_t *required = json_pack("[s]", "event");

    for (const struct row *r = begin + 1; is_member(r); r++) {
        json_t *member = type_schema(r->type);
        json_object_set_new(member, "description", json_string(r->text));
        json_object_set_new(members, r->name, member);
        if (r->needed == ALWAYS)
            json_array_append_new(required, json_string(r->name));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:b}", "description", begin->text, "type", "object",
                     "properties", members, "required", required, "additionalProperties", 0);
}

json_t *event_schema(void)
{
    json_t *all = json_array();

    for (size_t i = 0; i < LENGTH(rows); i++)
        if (rows[i].type == EVENT_BEGINS)
            json_array_append_new(all, one_schema(&rows[i]));
    return json_pack(
        "{s:s, s:s, s:s, s:o}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title",
        "an event of a run of rtmtest", "description",
        "a run is one event a line: one start, one case for each case, one end", "oneOf", all);
}
