/* SPDX-License-Identifier: MIT */
#include "leftover.h"

#include "maps.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *file_of(const char *dir)
{
    return x_printf("%s.objects", dir);
}

static bool has_line(const struct buf *lines, const char *line)
{
    const char *at = lines->len > 0 ? lines->data : NULL;
    size_t len = strlen(line);

    while (at != NULL && (at = strstr(at, line)) != NULL) {
        if ((at == lines->data || at[-1] == '\n') && at[len] == '\n')
            return true;
        at++;
    }
    return false;
}

void leftover_begin(struct leftover *l, const struct sandbox *s)
{
    DIR *d = s->namespaces ? NULL : opendir("/dev/shm");

    *l = (struct leftover){.file = s->namespaces ? NULL : file_of(s->dir)};
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        buf_printf(&l->before, "/%s\n", e->d_name);
    if (d != NULL)
        closedir(d);
}

static void note(struct leftover *l, const char *name, ino_t inode)
{
    char *line = x_printf("%lu %s", (unsigned long)inode, name);

    if (!has_line(&l->before, name) && !has_line(&l->noted, line)) {
        int fd = open(l->file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        buf_printf(&l->noted, "%s\n", line);
        if (fd < 0 || dprintf(fd, "%s\n", line) < 0)
            perror(l->file); /* it stays, and no verdict rests on it */
        if (fd >= 0)
            close(fd);
    }
    free(line);
}

static void note_mapping(void *ctx, const struct mapping *m)
{
    if (m->writable && strstr(m->name, " (deleted)") == NULL)
        note(ctx, m->name, m->inode);
}

void leftover_note_names(struct leftover *l)
{
    const char *at = l->may.len > 0 ? l->may.data : "", *end;

    for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        char *name = x_strndup(at, (size_t)(end - at)), *path = x_printf("/dev/shm%s", name);
        struct stat s;
        if (lstat(path, &s) == 0)
            note(l, name, s.st_ino);
        free(path);
        free(name);
    }
}

void leftover_expect(struct leftover *l, const char *name)
{
    if (l->file != NULL && strpbrk(name + 1, "/\n") == NULL && !has_line(&l->may, name))
        buf_printf(&l->may, "%s\n", name);
}

void leftover_note_maps(struct leftover *l, pid_t server)
{
    if (l->file != NULL)
        maps_each(server, note_mapping, l); /* one that has ended maps nothing */
}

void leftover_finish(struct leftover *l)
{
    free(l->file);
    buf_finish(&l->before);
    buf_finish(&l->may);
    buf_finish(&l->noted);
}

struct search {
    ino_t inode;
    bool found;
};

static void find(void *ctx, const struct mapping *m)
{
    struct search *s = ctx;

    s->found = s->found || m->inode == s->inode;
}

static bool is_mapped(ino_t inode)
{
    struct search s = {.inode = inode};
    DIR *d = opendir("/proc");

    for (struct dirent *e; d != NULL && !s.found && (e = readdir(d)) != NULL;)
        if (isdigit((unsigned char)e->d_name[0]))
            maps_each((pid_t)atol(e->d_name), find, &s);
    if (d != NULL)
        closedir(d);
    return s.found;
}

/* A name may have come to stand for another object since. */
static bool is_left(const char *name, unsigned long inode, uid_t owner)
{
    char *path = x_printf("/dev/shm%s", name);
    struct stat s;
    bool is = lstat(path, &s) == 0 && S_ISREG(s.st_mode) && s.st_ino == inode &&
              (s.st_uid == owner || s.st_uid == geteuid()) && !is_mapped(inode);

    free(path);
    return is;
}

static void each(const struct buf *lines, uid_t owner, void (*one)(void *ctx, const char *name),
                 void *ctx)
{
    char *text = lines->len > 0 ? x_strdup(lines->data) : NULL, *rest = NULL;

    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *name;
        unsigned long inode = strtoul(line, &name, 10);
        if (*name == ' ' && is_left(name + 1, inode, owner))
            one(ctx, name + 1);
    }
    free(text);
}

void leftover_each(const struct leftover *l, uid_t owner, void (*one)(void *ctx, const char *name),
                   void *ctx)
{
    each(&l->noted, owner, one, ctx);
}

static void drop(void *ctx, const char *name)
{
    (void)ctx;
    shm_unlink(name);
}

void leftover_remove(const char *dir, uid_t owner)
{
    struct buf noted = {0};
    char *file = file_of(dir);

    if (file_read(file, &noted) == 0)
        each(&noted, owner, drop, NULL);
    unlink(file);
    buf_finish(&noted);
    free(file);
}
