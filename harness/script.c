/* SPDX-License-Identifier: MIT */
#include "script.h"

#include "command.h"
#include "names.h"
#include "rows.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const struct source *source;
    const struct requirements *requirements;
    struct diag *diag;
    struct rows rows;
    size_t row; /* the one in use, where there are any */
    struct names names;
    struct test_case *into;
    bool wrapped;
    int loop_line;     /* of the repeat that is open; 0: none is */
    size_t loop_names; /* how many names there were at its start */
};

static void complain(struct parser *p, int line, int column, const char *message)
{
    diag_add(p->diag, p->source->name, line, column, "%s", message);
}

/* Puts the values of the row in use in place of {column}, and its number in place of {many}. */
static void substitute(struct parser *p, struct token *t)
{
    const struct head *h = &p->into->head;
    char *filled = rows_fill(&p->rows, p->row, t->text);
    char *number = h->many > 0 ? x_printf("%d", h->many) : NULL;
    const char *const values[][2] = {{"{many}", number}};

    free(t->text);
    t->text = text_fill(filled, values, 1);
    free(filled);
    free(number);
}

static void add_token(struct tokens *out, const struct token *like, const char *text, size_t len)
{
    out->at = x_realloc(out->at, (out->n + 1) * sizeof *out->at);
    out->at[out->n++] = (struct token){x_strndup(text, len), like->column, like->quoted};
}

/* The same in all words. One that is nothing but {column}, without quotes, becomes as many words as
 * its value has. */
static void substitute_all(struct parser *p, struct tokens *t)
{
    struct tokens out = {0};

    for (size_t i = 0; i < t->n; i++) {
        struct token *word = &t->at[i];
        size_t len = strlen(word->text);
        bool alone = !word->quoted && word->text[0] == '{' && word->text[len - 1] == '}';
        substitute(p, word);
        const char *at = word->text;
        for (len = strcspn(at, " "); alone && at[len] != '\0'; len = strcspn(at, " ")) {
            if (len > 0)
                add_token(&out, word, at, len);
            at += len + 1;
        }
        add_token(&out, word, at, strlen(at));
    }
    tokens_finish(t);
    *t = out;
}

/* Takes a trailing [ID] off the words. */
static const struct requirement *take_citation(struct parser *p, struct tokens *t, int line)
{
    struct token *last = t->n > 0 ? &t->at[t->n - 1] : NULL;
    size_t len = last ? strlen(last->text) : 0;

    if (last == NULL || last->quoted || last->text[0] != '[')
        return NULL;
    const struct requirement *found = NULL;
    if (len < 3 || last->text[len - 1] != ']') {
        complain(p, line, last->column, "expected one requirement in brackets, such as [SYN-2]");
    } else {
        last->text[len - 1] = '\0';
        found = requirement_find(p->requirements, last->text + 1);
        if (found == NULL) {
            const char *meant = requirement_suggest(p->requirements, last->text + 1);
            diag_add(p->diag, p->source->name, line, last->column,
                     "no requirement %s in the spec%s%s%s", last->text + 1,
                     meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
        }
    }
    free(last->text);
    t->n--;
    return found;
}

/* What expects something declared, " or " between them; the caller's. */
static char *join_names(const char *const *candidates, size_t n)
{
    struct buf out = {0};

    for (size_t i = 0; i < n; i++)
        if (strncmp(candidates[i], "the name of ", 12) == 0 ||
            strncmp(candidates[i], "names of ", 9) == 0)
            buf_printf(&out, "%s%s", out.len ? " or " : "", candidates[i]);
    return buf_take(&out);
}

/* Nothing matched: tell what the command that came furthest expected. */
static void complain_shape(struct parser *p, const struct tokens *t, int line, size_t where,
                           const char *expected, const char *const *candidates, size_t n)
{
    bool missing = where >= t->n;
    const struct token *at = &t->at[missing ? t->n - 1 : where];
    int column = at->column + (missing ? (int)strlen(at->text) : 0);
    const char *meant = missing ? NULL : suggest(at->text, candidates, n);
    char *named = join_names(candidates, n);

    if (meant != NULL)
        diag_add(p->diag, p->source->name, line, column, "\"%s\": did you mean \"%s\"?", at->text,
                 meant);
    else if (!missing && *named != '\0' && names_lack(&p->names, at))
        diag_add(p->diag, p->source->name, line, column,
                 "\"%s\": no %s was declared above; expected %s", at->text, at->text, named);
    else if (missing)
        diag_add(p->diag, p->source->name, line, column, "the line ends too early; expected %s",
                 expected);
    else
        diag_add(p->diag, p->source->name, line, column, "\"%s\": expected %s", at->text, expected);
    free(named);
}

/* Nothing matched: looks at each command again for what it expected, and where. */
static void complain_match(struct parser *p, const struct tokens *t, int line)
{
    size_t furthest = 0, n = 0;
    struct buf expected = {0};
    const char **candidates = x_calloc(command_count, sizeof *candidates);

    for (size_t i = 0; i < command_count; i++) {
        size_t where;
        char *wanted;
        shape_match(commands[i].shape, t, &p->names, &where, &wanted);
        if (where > furthest) {
            furthest = where;
            buf_finish(&expected);
            for (size_t k = 0; k < n; k++)
                free((char *)candidates[k]);
            n = 0;
        }
        if (where == furthest && (expected.len == 0 || strstr(expected.data, wanted) == NULL)) {
            buf_printf(&expected, "%s%s", expected.len ? " or " : "", wanted);
            candidates[n++] = x_strdup(wanted);
        }
        free(wanted);
    }
    complain_shape(p, t, line, furthest, expected.data, candidates, n);
    for (size_t k = 0; k < n; k++)
        free((char *)candidates[k]);
    free(candidates);
    buf_finish(&expected);
}

/* Finds the command whose shape fits; complains and returns NULL if there is none. */
static const struct command *match(struct parser *p, const struct tokens *t, int line)
{
    size_t where;

    for (size_t i = 0; i < command_count; i++)
        if (shape_match(commands[i].shape, t, &p->names, &where, NULL))
            return &commands[i];
    complain_match(p, t, line);
    return NULL;
}

/* Reads the lines up to "end"; returns the number of the line after it. */
static int read_block(struct parser *p, struct step *s, int line)
{
    size_t n = 0;
    int start = line - 1;

    s->block = x_calloc(1, sizeof *s->block);
    for (; line <= p->source->count; line++) {
        const char *text = p->source->lines[line - 1] + strspn(p->source->lines[line - 1], " \t");
        if (strcmp(text, "end") == 0)
            return line + 1;
        struct token t = {.text = x_strdup(text)};
        substitute(p, &t);
        s->block = x_realloc(s->block, (n + 2) * sizeof *s->block);
        s->block[n++] = t.text;
        s->block[n] = NULL;
    }
    complain(p, start, 1, "this block has no line that says end");
    return line;
}

/* What a server may signal that takes this step's PID for one. */
static bool sends_any_pid(const struct step *s)
{
    if (s->words.n < 4 || strcmp(step_word(s, 2), "PID") != 0)
        return false;
    for (size_t i = 3; i < s->words.n; i++)
        if (strncmp(step_word(s, i), "pid=", 4) == 0)
            return step_word(s, i)[4] != '{';
    return false;
}

/* What no scenario has to name, as it may be of one row only. */
static unsigned implied_needs(const struct step *s)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (strncmp(step_word(s, i), "::", 2) == 0)
            return NEED_IPV6;
    return 0;
}

/* Where the host lacks something the case is SKIPPED, and not lost in the middle. */
static void complain_needs(struct parser *p, const struct step *s)
{
    unsigned needs = COMMAND_NEEDS(s->command->flags) | (sends_any_pid(s) ? NEED_PID_NAMESPACE : 0);
    unsigned missing = needs & ~p->into->head.needs;

    if (missing != 0)
        diag_add(p->diag, p->source->name, s->line, s->words.at[0].column,
                 "this step needs %s: add it to the line that begins with needs",
                 need_name(missing));
}

static int read_step(struct parser *p, struct tokens *t, int line)
{
    struct step s = {.line = line};
    bool cited;
    int next = line + 1;

    substitute_all(p, t);
    cited = t->at[t->n - 1].text[0] == '[' && !t->at[t->n - 1].quoted;
    s.cite = take_citation(p, t, line);
    if (t->n == 0) {
        complain(p, line, 1, "expected a command before the requirement");
        return next;
    }
    s.command = match(p, t, line);
    if (s.command == NULL)
        return next;
    if (s.command->flags & BLOCK)
        next = read_block(p, &s, next);
    if ((s.command->flags & EXPECT) && !cited)
        complain(p, line, t->at[0].column,
                 "an expectation cites its requirement; add [ID] at the end");
    if (s.cite == NULL && s.command->cite != NULL)
        s.cite = requirement_find(p->requirements, s.command->cite);
    s.words = *t;
    *t = (struct tokens){0};
    complain_needs(p, &s);
    struct test_case *c = p->into;
    c->head.needs |= implied_needs(&s);
    c->steps = x_realloc(c->steps, (c->count + 1) * sizeof *c->steps);
    c->steps[c->count++] = s;
    return next;
}

static void finish_case(struct test_case *c)
{
    for (size_t i = 0; i < c->count; i++) {
        tokens_finish(&c->steps[i].words);
        for (size_t k = 0; c->steps[i].block && c->steps[i].block[k]; k++)
            free(c->steps[i].block[k]);
        free(c->steps[i].block);
    }
    head_finish(&c->head);
    free(c->loops);
    free(c->steps);
    free(c->name);
    free(c->file);
    free(c->only);
    free(c->values);
}

/* "repeat N": the steps up to its "end" are run so often. */
static void open_loop(struct parser *p, struct tokens *t, int line)
{
    struct test_case *c = p->into;
    int times = 0, end = 0;

    for (size_t i = 0; i < t->n; i++)
        substitute(p, &t->at[i]);
    if (t->n != 2 || sscanf(t->at[1].text, "%6d%n", &times, &end) != 1 ||
        t->at[1].text[end] != '\0' || times < 1)
        complain(p, line, t->at[0].column, "expected: repeat N, with N from 1 to 999999");
    if (p->loop_line > 0)
        complain(p, line, t->at[0].column, "a repeat cannot hold another");
    p->loop_line = line;
    p->loop_names = p->names.n;
    c->loops = x_realloc(c->loops, (c->loop_count + 1) * sizeof *c->loops);
    c->loops[c->loop_count++] = (struct loop){c->count, c->count, times};
}

static void close_loop(struct parser *p)
{
    struct loop *l = &p->into->loops[p->into->loop_count - 1];

    l->to = p->into->count;
    if (l->from == l->to)
        complain(p, p->loop_line, 1, "this repeat holds no step");
    if (p->names.n > p->loop_names)
        complain(p, p->loop_line, 1, "a repeat cannot hold steps that give a new name");
    p->loop_line = 0;
}

/* Reads what begins at a line behind the head; returns the number of the line after it. */
static int read_body(struct parser *p, struct tokens *t, int line)
{
    if (strcmp(t->at[0].text, "repeat") == 0)
        open_loop(p, t, line);
    else if (strcmp(t->at[0].text, "end") == 0 && t->n == 1 && p->loop_line > 0)
        close_loop(p);
    else
        return read_step(p, t, line);
    return line + 1;
}

static void check_case(struct parser *p, const struct test_case *c, bool complained)
{
    bool checks = false;

    for (size_t i = 0; i < c->count; i++)
        checks = checks || (c->steps[i].command->flags & EXPECT);
    if (p->loop_line > 0)
        complain(p, p->loop_line, 1, "this repeat has no line that says end");
    if (c->head.title == NULL)
        complain(p, 1, 1, "expected a line: title ...");
    if (c->head.features == NULL)
        complain(p, 1, 1, "expected a line: needs routes (the features that an IUT must claim)");
    if (!checks && !complained && c->head.title != NULL && c->head.features != NULL)
        complain(p, p->source->count, 1,
                 "this scenario expects nothing; a check that cannot fail is none");
}

/* Parses the file once, with the values of one row. */
static void read_case(struct parser *p, struct test_case *c)
{
    bool in_head = true;
    int before = p->diag->count;

    p->into = c;
    p->loop_line = 0;
    head_init(&c->head, p->wrapped);
    c->values = rows_describe(&p->rows, p->row);
    for (int line = 1; line <= p->source->count;) {
        struct tokens t;
        if (scan_line(p->source, line, &t, p->diag) < 0 || t.n == 0) {
            line++;
            continue;
        }
        in_head = in_head && head_read(&c->head, &t, p->source, line, p->diag);
        line = in_head ? line + 1 : read_body(p, &t, line);
        tokens_finish(&t);
    }
    if (c->head.title != NULL) {
        struct token title = {.text = c->head.title};
        substitute(p, &title);
        c->head.title = title.text;
        for (size_t len = strlen(title.text); len > 0 && strchr(": ", title.text[len - 1]); len--)
            title.text[len - 1] = '\0'; /* before a value that is empty */
    }
    check_case(p, c, p->diag->count > before);
    names_finish(&p->names);
}

static void read_scenario(struct suite *suite, const char *path, const char *name, bool alone,
                          const struct requirements *r, struct diag *d)
{
    struct source source;
    struct parser p = {.source = &source, .requirements = r, .diag = d, .wrapped = suite->wrapped};
    int before = d->count;

    if (source_read(&source, path, path, d) == 0) {
        rows_read(&p.rows, &source, d);
        size_t cases = p.rows.n ? p.rows.n : 1;
        for (p.row = 0; p.row < cases && d->count == before; p.row++) {
            struct test_case c = {.file = x_strdup(path)};
            c.name = p.rows.n ? x_printf("%s#%zu", name, p.row + 1) : x_strdup(name);
            c.only = x_printf("%s%s", alone ? path : name, c.name + strlen(name));
            read_case(&p, &c);
            if (d->count > before) {
                finish_case(&c);
                break;
            }
            suite->at = x_realloc(suite->at, (suite->n + 1) * sizeof *suite->at);
            suite->at[suite->n++] = c;
        }
    }
    rows_finish(&p.rows);
    source_finish(&source);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The name of a case: its path below the suite's directory, without the ending. */
static char *case_name(const char *path, const char *top)
{
    size_t len = strlen(top);
    const char *slash = strrchr(path, '/');
    const char *start = strncmp(path, top, len) == 0 && path[len] == '/' ? path + len : NULL;

    if (start == NULL) { /* a single file: its directory and its name */
        start = slash ? slash : path;
        while (start > path && slash && start == slash)
            start--;
        while (start > path && *start != '/')
            start--;
    }
    start += *start == '/';
    return x_strndup(start, strlen(start) - strlen(".rtm"));
}

int suite_read(struct suite *s, const char *path, const struct requirements *r, struct diag *d)
{
    char *roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    int before = d->count;
    FTSENT *e;

    while (tree != NULL && (e = fts_read(tree)) != NULL) {
        size_t len = strlen(e->fts_name);
        if (e->fts_info == FTS_NS || e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
            diag_add(d, e->fts_path, 1, 1, "cannot be read: %s", strerror(e->fts_errno));
        if (e->fts_info != FTS_F || len < 5 || strcmp(e->fts_name + len - 4, ".rtm") != 0)
            continue;
        char *name = case_name(e->fts_path, path);
        read_scenario(s, e->fts_path, name, e->fts_level == FTS_ROOTLEVEL, r, d);
        free(name);
    }
    if (tree != NULL)
        fts_close(tree);
    return d->count > before ? -1 : 0;
}

void suite_finish(struct suite *s)
{
    for (size_t i = 0; i < s->n; i++)
        finish_case(&s->at[i]);
    free(s->at);
    *s = (struct suite){0};
}

bool case_tagged(const struct test_case *c, const char *tag)
{
    for (size_t i = 0; c->head.tags && c->head.tags[i]; i++)
        if (strcmp(c->head.tags[i], tag) == 0)
            return true;
    return false;
}

bool case_cites(const struct test_case *c, const char *id)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].cite != NULL && strcmp(c->steps[i].cite->id, id) == 0)
            return true;
    return false;
}

/* "4-session/SYN-2-late-joiner" is of SYN-2. */
static const struct requirement *find_named(const struct test_case *c, const struct requirements *r)
{
    const char *slash = strrchr(c->name, '/'), *name = slash ? slash + 1 : c->name;
    size_t area = strcspn(name, "-"), len = area + strspn(name + area, "-0123456789");
    char *id = x_strndup(name, len > area + 1 && name[len - 1] == '-' ? len - 1 : len);
    const struct requirement *q = requirement_find(r, id);

    free(id);
    return q;
}

const struct requirement *case_requirement(const struct test_case *c, const struct requirements *r)
{
    const struct requirement *found = find_named(c, r);

    for (size_t i = 0; i < c->count && (found == NULL || found->level != LEVEL_MUST); i++) {
        const struct requirement *q = c->steps[i].cite;
        if (q != NULL && (found == NULL || q->level == LEVEL_MUST))
            found = q;
    }
    return found;
}

const char *step_word(const struct step *s, size_t i)
{
    return s->words.at[i].text;
}

char *step_text(const struct step *s)
{
    struct buf b = {0};

    for (size_t i = 0; i < s->words.n; i++) {
        const struct token *t = &s->words.at[i];
        buf_printf(&b, t->quoted ? "%s\"%s\"" : "%s%s", i ? " " : "", t->text);
    }
    if (s->cite != NULL && (s->command->flags & EXPECT))
        buf_printf(&b, " [%s]", s->cite->id);
    return buf_take(&b);
}
