/* SPDX-License-Identifier: MIT
 *
 * Small things that everything else needs: memory, growing text, time, whole files, complaints with
 * a place. Memory that cannot be had ends the program (exit 70): a suite without memory has no
 * verdict to give.
 */
#ifndef HARNESS_UTIL_H
#define HARNESS_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

void *x_calloc(size_t n, size_t size);
/* For what is looked at here and there: in large pages, where the system has them. */
void *x_calloc_large(size_t n, size_t size);
void *x_realloc(void *p, size_t size);
char *x_strdup(const char *s);
char *x_strndup(const char *s, size_t n);
char *x_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Text that grows. All zero is an empty one; data is NUL-terminated once anything was added. */
struct buf {
    char *data;
    size_t len, cap;
    size_t gone; /* dropped bytes in front of data, part of cap */
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args);
/* Appends the text as one word of a shell, in 'quotes'. */
void buf_add_quoted(struct buf *b, const char *s);
/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* Drops what stands behind the first len bytes, of which there are as many. */
void buf_cut(struct buf *b, size_t len);
void buf_finish(struct buf *b);
/* The text, owned by the caller, never NULL; b is empty again. */
char *buf_take(struct buf *b);

/* The length of the character that begins the text, 0 if it is no UTF-8 (RFC 3629). */
size_t text_utf8_length(const char *text);
/* Puts a blank in place of a tab, and a ? in place of each byte of any other control character and
 * of what is no UTF-8. */
void text_make_plain(char *text);

/* The text with values in place of their names, such as {"{socket}", "/tmp/s"}; a value of NULL
 * leaves the name. The caller's. */
char *text_fill(const char *text, const char *const (*values)[2], size_t n);
/* Appends the bytes of "00 1f a2", blanks where you like; false if it is anything else. */
bool hex_parse(const char *text, struct buf *out);

/* Appends a whole file; -1 with errno. */
int file_read(const char *path, struct buf *out);
/* What a program under test has put somewhere may be a pipe that nobody writes, or a link to a file
 * that is none of its business: opens nothing but a file; -1 with errno, EINVAL or ELOOP for those.
 */
int file_open_plain(const char *path, int flags);
/* Reads such a file. */
int file_read_plain(const char *path, struct buf *out);
/* Writes a whole file anew, in the same way; -1 with errno. */
int file_write(const char *path, const void *data, size_t len);
/* Removes a directory and all that is in it. */
void tree_remove(const char *path);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t now_ms(void);
/* Microseconds of the same clock. */
int64_t now_us(void);

/* Complaints about a text, each "file:line:column: what was expected". */
struct diag {
    struct buf text; /* one complaint a line */
    int count;
};

void diag_add(struct diag *d, const char *file, int line, int column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Prints them on standard error; whether there were any. */
bool diag_print(const struct diag *d);
void diag_finish(struct diag *d);

/* The candidate that word is most likely a misspelling of, or NULL. */
const char *suggest(const char *word, const char *const *candidates, size_t n);

#endif
