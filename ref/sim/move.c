/* SPDX-License-Identifier: MIT */
#include "sim/move.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hostile.h"
#include "sim/universe.h"

static const char *const patterns[MOVES] = {
#define MOVE(name, words, weight) words,
#include "sim/move.def"
};

static const uint32_t weights[MOVES] = {
#define MOVE(name, words, weight) weight,
#include "sim/move.def"
};

static const struct {
    const char *word;
    uint32_t usual;
} knobs[KNOBS] = {
#define KNOB(name, word, usual, text) {word, usual},
#include "sim/move.def"
};

static const char *const actors[ACTORS] = {"server", "A",       "B",        "C",
                                           "D",      "hostile", "stranger", "other"};

static const char stopping[] = ", stopping at ";

uint32_t knob_usual(enum knob knob)
{
    return knobs[knob].usual;
}

uint32_t move_weight(enum move_kind kind)
{
    return weights[kind];
}

const char *actor_name(enum actor actor)
{
    return actors[actor];
}

void moves_add(struct moves *moves, const struct move *move)
{
    if (moves->count == moves->capacity) {
        moves->capacity = moves->capacity ? 2 * moves->capacity : 256;
        moves->list = realloc(moves->list, moves->capacity * sizeof(*moves->list));
        if (!moves->list)
            abort();
    }
    moves->list[moves->count++] = *move;
}

void moves_finish(struct moves *moves)
{
    free(moves->list);
    *moves = (struct moves){0};
}

static int format_part(const struct move *move, char letter, char *text, size_t room)
{
    switch (letter) {
    case 'A':
        return snprintf(text, room, "%s", actors[move->actor]);
    case 'P':
        return snprintf(text, room, "%s%s", actors[move->actor], move->old ? "'s old" : "");
    case 'R':
    case 'M':
        return snprintf(text, room, "%c%u", letter, move->key + 1u);
    case 'V':
    case 'I':
        return snprintf(text, room, "%c%u", letter, move->value);
    case 'K':
        return snprintf(text, room, "%s", knobs[move->key].word);
    case 'F':
        return snprintf(text, room, "%s", hostile_name(move->key));
    case 'x':
        return snprintf(text, room, "%" PRIx64, move->ages);
    default:
        return snprintf(text, room, "%" PRIu32, move->number);
    }
}

size_t move_format(const struct move *move, char line[MOVE_LINE])
{
    size_t at = 0;

    for (const char *p = patterns[move->kind]; *p; p++)
        if (*p == '%')
            at += (size_t)format_part(move, *++p, line + at, MOVE_LINE - at);
        else
            line[at++] = *p;
    if (move->stop)
        at += (size_t)snprintf(line + at, MOVE_LINE - at, "%s%u", stopping, move->stop);
    line[at] = 0;
    return at;
}

static void trim_part(const struct move *move, char letter, struct move *trimmed)
{
    switch (letter) {
    case 'P':
        trimmed->old = move->old;
        /* fall through */
    case 'A':
        trimmed->actor = move->actor;
        break;
    case 'V':
    case 'I':
        trimmed->value = move->value;
        break;
    case 'x':
        trimmed->ages = move->ages;
        break;
    case 'n':
        trimmed->number = move->number;
        break;
    default:
        trimmed->key = move->key;
    }
}

void move_trim(struct move *move)
{
    struct move trimmed = {.kind = move->kind, .stop = move->stop};

    for (const char *p = patterns[move->kind]; *p; p++)
        if (*p == '%')
            trim_part(move, *++p, &trimmed);
    *move = trimmed;
}

/* Takes a name of the list off the line: its index, or -1. */
static int take_name(const char **line, const char *(*name)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        size_t size = strlen(name(i));

        if (strncmp(*line, name(i), size) == 0 && !isalnum((unsigned char)(*line)[size])) {
            *line += size;
            return (int)i;
        }
    }
    return -1;
}

static const char *actor_at(unsigned index)
{
    return actors[index];
}

static const char *knob_at(unsigned index)
{
    return knobs[index].word;
}

static bool take_number(const char **line, int base, uint64_t most, uint64_t *number)
{
    char *end;

    if (!isxdigit((unsigned char)**line))
        return false;
    *number = strtoull(*line, &end, base);
    if (end == *line || *number > most)
        return false;
    *line = end;
    return true;
}

static bool take_key(const char **line, char letter, unsigned least, unsigned most, uint8_t *key)
{
    uint64_t number;

    if (**line != letter)
        return false;
    ++*line;
    if (!take_number(line, 10, most, &number) || number < least)
        return false;
    *key = (uint8_t)number;
    return true;
}

static bool take_actor(const char **line, struct move *move)
{
    int actor = take_name(line, actor_at, ACTORS);

    move->actor = (uint8_t)actor;
    return actor >= 0;
}

static bool take_part(const char **line, char letter, struct move *move)
{
    uint64_t number = 0;
    bool taken;

    switch (letter) {
    case 'A':
        return take_actor(line, move);
    case 'P':
        taken = take_actor(line, move);
        move->old = strncmp(*line, "'s old", 6) == 0;
        *line += move->old ? 6 : 0;
        return taken;
    case 'R':
    case 'M':
        taken = take_key(line, letter, 1, letter == 'R' ? ROUTES : MACS, &move->key);
        move->key--;
        return taken;
    case 'V':
    case 'I':
        return take_key(line, letter, 1, VALUES, &move->value);
    case 'K':
    case 'F':
        number = (uint64_t)take_name(line, letter == 'K' ? knob_at : hostile_name,
                                     letter == 'K' ? (unsigned)KNOBS : (unsigned)HOSTILES);
        move->key = (uint8_t)number;
        return number < 256;
    case 'x':
        return take_number(line, 16, UINT64_MAX, &move->ages);
    default:
        taken = take_number(line, 10, UINT32_MAX, &number);
        move->number = (uint32_t)number;
        return taken;
    }
}

/* The line as a move of this kind. */
static bool parse_as(const char *line, enum move_kind kind, struct move *move)
{
    uint64_t stop = 0;

    *move = (struct move){.kind = kind};
    for (const char *p = patterns[kind]; *p; p++)
        if (*p == '%' ? !take_part(&line, *++p, move) : *p != *line++)
            return false;
    if (strncmp(line, stopping, sizeof(stopping) - 1) == 0) {
        line += sizeof(stopping) - 1;
        if (!take_number(&line, 10, UINT16_MAX, &stop) || stop == 0)
            return false;
        move->stop = (uint16_t)stop;
    }
    return line[strspn(line, " \t\r\n")] == 0;
}

const char *move_parse(const char *line, struct move *move)
{
    line += strspn(line, " \t");
    for (int kind = 0; kind < MOVES; kind++)
        if (parse_as(line, (enum move_kind)kind, move))
            return NULL;
    return "a move of ref/sim/move.def";
}
