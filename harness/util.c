/* SPDX-License-Identifier: MIT */
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void *need(void *p)
{
    if (p == NULL) {
        fputs("rtmtest: out of memory\n", stderr);
        _exit(70);
    }
    return p;
}

void *x_calloc(size_t n, size_t size)
{
    return need(calloc(n ? n : 1, size ? size : 1));
}

void *x_calloc_large(size_t n, size_t size)
{
    enum { PAGE = 4096, LARGE_PAGE = 2 << 20 };
    char *p = x_calloc(n, size);
    size_t skip = -(uintptr_t)p % PAGE;

    if (n * size >= LARGE_PAGE) /* without them it is slower, no more */
        madvise(p + skip, (n * size - skip) & ~(size_t)(PAGE - 1), MADV_HUGEPAGE);
    return p;
}

void *x_realloc(void *p, size_t size)
{
    return need(realloc(p, size ? size : 1));
}

char *x_strdup(const char *s)
{
    return need(strdup(s));
}

char *x_strndup(const char *s, size_t n)
{
    return need(strndup(s, n));
}

char *x_printf(const char *format, ...)
{
    struct buf b = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    return buf_take(&b);
}

/* Takes the room of dropped bytes back. */
static void close_up(struct buf *b)
{
    if (b->gone == 0)
        return;
    memmove(b->data - b->gone, b->data, b->len + 1);
    b->data -= b->gone;
    b->gone = 0;
}

static void reserve(struct buf *b, size_t more)
{
    size_t want = b->len + more + 1;

    if (want <= b->cap - b->gone)
        return;
    if (b->gone > 0) /* half of it stays free, so that this happens seldom */
        want = want > b->cap / 2 ? 2 * want : want;
    close_up(b);
    b->cap = b->cap ? b->cap : 64;
    while (b->cap < want)
        b->cap *= 2;
    b->data = x_realloc(b->data, b->cap);
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    reserve(b, len);
    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    reserve(b, (size_t)len);
    vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
    b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_add_quoted(struct buf *b, const char *s)
{
    buf_adds(b, "'");
    for (; *s != '\0'; s++) {
        if (*s == '\'')
            buf_adds(b, "'\\'");
        buf_add(b, s, 1);
    }
    buf_adds(b, "'");
}

void buf_consume(struct buf *b, size_t n)
{
    if (n == 0)
        return;
    b->len -= n;
    b->data += n;
    b->gone += n;
    if (b->len == 0)
        close_up(b);
}

void buf_cut(struct buf *b, size_t len)
{
    b->len = len;
    b->data[len] = '\0';
}

void buf_finish(struct buf *b)
{
    close_up(b);
    free(b->data);
    *b = (struct buf){0};
}

char *buf_take(struct buf *b)
{
    char *text;

    reserve(b, 0);
    close_up(b);
    b->data[b->len] = '\0';
    text = b->data;
    *b = (struct buf){0};
    return text;
}

size_t text_utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

/* C1, which a terminal may obey. */
static bool is_control(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;

    return p[0] < ' ' || p[0] == 0x7f || (len == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

void text_make_plain(char *text)
{
    while (*text != '\0') {
        size_t len = text_utf8_length(text), n = len > 0 ? len : 1;
        if (*text == '\t')
            *text = ' ';
        else if (len == 0 || is_control(text, len))
            memset(text, '?', n);
        text += n;
    }
}

char *text_fill(const char *text, const char *const (*values)[2], size_t n)
{
    struct buf out = {0};

    while (*text != '\0') {
        size_t taken = 0;
        for (size_t i = 0; *text == '{' && i < n && taken == 0; i++) {
            size_t len = strlen(values[i][0]);
            if (values[i][1] != NULL && strncmp(text, values[i][0], len) == 0) {
                buf_adds(&out, values[i][1]);
                taken = len;
            }
        }
        if (taken == 0)
            buf_add(&out, text, taken = 1);
        text += taken;
    }
    return buf_take(&out);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

bool hex_parse(const char *text, struct buf *out)
{
    while (*text != '\0') {
        if (*text == ' ') {
            text++;
            continue;
        }
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        uint8_t byte = (uint8_t)(high << 4 | low);
        buf_add(out, &byte, 1);
        text += 2;
    }
    return out->len > 0;
}

int file_open_plain(const char *path, int flags)
{
    int fd = open(path, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0644);
    struct stat st;

    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* Reads to the end, and closes. */
static int read_all(int fd, struct buf *out)
{
    ssize_t got;

    if (fd < 0)
        return -1;
    for (;;) {
        reserve(out, 65536);
        got = read(fd, out->data + out->len, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        out->len += (size_t)got;
    }
    out->data[out->len] = '\0';
    int error = errno;
    close(fd);
    errno = error;
    return got < 0 ? -1 : 0;
}

int file_read(const char *path, struct buf *out)
{
    return read_all(open(path, O_RDONLY | O_CLOEXEC), out);
}

int file_read_plain(const char *path, struct buf *out)
{
    return read_all(file_open_plain(path, O_RDONLY), out);
}

int file_write(const char *path, const void *data, size_t len)
{
    int fd = file_open_plain(path, O_WRONLY | O_CREAT | O_TRUNC);
    size_t done = 0;

    if (fd < 0)
        return -1;
    while (done < len) {
        ssize_t put = write(fd, (const char *)data + done, len - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        done += (size_t)put;
    }
    return close(fd);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

void tree_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t now_ms(void)
{
    return now_us() / 1000;
}

void diag_add(struct diag *d, const char *file, int line, int column, const char *format, ...)
{
    va_list args;

    buf_printf(&d->text, "%s:%d:%d: ", file, line, column);
    va_start(args, format);
    buf_vprintf(&d->text, format, args);
    va_end(args);
    buf_adds(&d->text, "\n");
    d->count++;
}

bool diag_print(const struct diag *d)
{
    if (d->count > 0)
        fputs(d->text.data, stderr);
    return d->count > 0;
}

void diag_finish(struct diag *d)
{
    buf_finish(&d->text);
    d->count = 0;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* How many letters to put in, take out, change or swap with their neighbour to make one of the
 * other, of words short enough to be words. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][64], *before = rows[0], *above = rows[1], *row = rows[2], n = strlen(b);

    if (n >= LENGTH(rows[0]) || strlen(a) >= LENGTH(rows[0]))
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return row[n];
}

const char *suggest(const char *word, const char *const *candidates, size_t n)
{
    size_t limit = strlen(word) / 3 + 1, best = limit + 1;
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, candidates[i]);
        if (d < best) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}
