/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <stdlib.h>
#include <string.h>

json_t *event_string(const char *text)
{
    char *copy = x_strdup(text);
    json_t *string;

    for (char *p = copy; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
    string = json_string(copy);
    if (string == NULL) {
        text_make_plain(copy);
        string = json_string(copy);
    }
    free(copy);
    return string;
}

void event_set(json_t *event, const char *member, const char *text)
{
    if (text != NULL)
        json_object_set_new(event, member, event_string(text));
}

const char *event_text(const json_t *event, const char *member)
{
    const char *text = json_string_value(json_object_get(event, member));

    return text ? text : "";
}

int event_count(const json_t *event, const char *member)
{
    return (int)json_integer_value(json_object_get(event, member));
}

bool event_is(const json_t *event, const char *kind)
{
    return strcmp(event_text(event, "event"), kind) == 0;
}

enum verdict event_verdict(const json_t *event)
{
    enum verdict v = VERDICT_BROKEN;

    verdict_find(event_text(event, "verdict"), &v);
    return v;
}
