/* SPDX-License-Identifier: MIT */
#include "os/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/loop.h"

enum {
    READ_SLICE = 256 * 1024,
    APPLY_SLICE = 700, /* changes that fill one unit of output to the clients */
    SAVE_SLICE = 64 * 1024,
};

/* CON-19 */
static enum refusal file_refused(const char *path, const char *why, char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "%.160s: %s", path, why);
    return REFUSED_FILE;
}

static enum refusal copy_path(char path[PATH_MAX], struct word word, char reason[REASON_SIZE])
{
    if (word.size >= PATH_MAX)
        return file_refused("the name", "it is too long; expected a shorter one", reason);
    memcpy(path, word.text, word.size);
    path[word.size] = 0;
    return REFUSED_NOT;
}

enum refusal load_start(struct load *load, struct server *server, struct word path,
                        char reason[REASON_SIZE])
{
    struct stat stat;
    enum refusal refusal = copy_path(load->path, path, reason);

    if (refusal)
        return refusal;
    load->fd = open(load->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (load->fd < 0)
        return file_refused(load->path, strerror(errno), reason);
    if (fstat(load->fd, &stat) || !S_ISREG(stat.st_mode))
        refusal = file_refused(load->path, "not a regular file; expected one", reason);
    else if (!(load->loader = loader_create(server)))
        refusal = file_refused(load->path, strerror(errno), reason);
    if (refusal)
        close(load->fd);
    load->started = load->told = loop_now();
    return refusal;
}

static enum file_state refuse_row(struct load *load, char reason[REASON_SIZE])
{
    char row[REASON_SIZE];

    snprintf(row, sizeof(row), "%s", reason);
    snprintf(reason, REASON_SIZE, "%.100s:%u: %.120s", load->path, loader_line(load->loader), row);
    return FILE_REFUSED; /* CON-15 */
}

static enum file_state check_slice(struct load *load, enum refusal *refusal,
                                   char reason[REASON_SIZE])
{
    static char bytes[READ_SLICE];
    ssize_t got = read(load->fd, bytes, sizeof(bytes));

    if (got < 0) {
        *refusal = file_refused(load->path, strerror(errno), reason);
        return FILE_REFUSED;
    }
    *refusal = loader_feed(load->loader, bytes, (size_t)got, reason);
    if (*refusal)
        return refuse_row(load, reason);
    if (got == 0) {
        close(load->fd);
        load->fd = -1;
    }
    return FILE_RUNNING;
}

enum file_state load_turn(struct load *load, enum refusal *refusal, char reason[REASON_SIZE])
{
    if (load->fd >= 0)
        return check_slice(load, refusal, reason);
    *refusal = loader_apply(load->loader, APPLY_SLICE, reason);
    if (*refusal)
        return refuse_row(load, reason);
    return loader_applied(load->loader) == loader_rows(load->loader) ? FILE_DONE : FILE_RUNNING;
}

void load_finish(struct load *load)
{
    if (load->loader && load->fd >= 0)
        close(load->fd);
    loader_destroy(load->loader);
    load->loader = NULL;
}

bool load_applies(const struct load *load)
{
    return load->fd < 0 && loader_applied(load->loader) < loader_rows(load->loader);
}

/* The new file replaces the old one as a whole, and only a regular one: CON-19. A name that is
 * moved is enough for that. It is not synchronised with the disk: that may take seconds, on a loop
 * that everybody waits for, and a host that fails may still lose the newest file. */
enum refusal save_start(struct save *save, const struct table *table, struct word path,
                        char reason[REASON_SIZE])
{
    struct stat stat_old;
    char *real;
    enum refusal refusal = copy_path(save->path, path, reason);
    bool exists;

    if (refusal)
        return refusal;
    exists = stat(save->path, &stat_old) == 0;
    if (exists && !S_ISREG(stat_old.st_mode))
        return file_refused(save->path, "not a regular file; expected one, or a new name", reason);
    real = exists ? realpath(save->path, NULL) : NULL; /* follows a link to the file itself */
    snprintf(save->temporary, sizeof(save->temporary), "%s.XXXXXX", real ? real : save->path);
    free(real);
    save->fd = mkostemp(save->temporary, O_CLOEXEC);
    if (save->fd < 0)
        return file_refused(save->path, strerror(errno), reason);
    fchmod(save->fd, exists ? stat_old.st_mode & 0777 : 0644);
    save->table = table;
    save->last = (struct prefix){0};
    save->next_mac = 0;
    save->begun = save->routes_done = false;
    save->routes = save->macs = 0;
    return REFUSED_NOT;
}

void save_abandon(struct save *save)
{
    close(save->fd);
    unlink(save->temporary);
}

static enum file_state save_failed(struct save *save, char reason[REASON_SIZE])
{
    file_refused(save->path, strerror(errno), reason);
    save_abandon(save);
    return FILE_REFUSED;
}

/* Renders routes until the slice is full; gives its size. */
static size_t render_routes(struct save *save, char bytes[SAVE_SLICE])
{
    struct table_cursor cursor;
    struct route route;
    size_t size = 0;
    bool more = true;

    table_seek(&cursor, save->table, save->last, !save->begun);
    while (size + ROUTE_LINE < SAVE_SLICE && (more = table_next(&cursor, &route))) {
        size += route_format(&route, bytes + size);
        bytes[size++] = '\n';
        save->last = route.prefix;
        save->begun = true;
        save->routes++;
    }
    save->routes_done = !more;
    return size;
}

/* ARP-11: the ARP entries behind the routes; gives the new size. */
static size_t render_macs(struct save *save, char bytes[SAVE_SLICE], size_t size, bool *more)
{
    struct macs_cursor cursor;
    struct arp_entry entry;

    table_seek_mac(&cursor, save->table, save->next_mac);
    while (size + ARP_LINE < SAVE_SLICE && (*more = macs_next(&cursor, &entry))) {
        size += arp_format(&entry, bytes + size);
        bytes[size++] = '\n';
        save->next_mac = entry.mac + 1;
        save->macs++;
    }
    return size;
}

/* 1: all is written; 0: there is more; -1 with errno. */
static int write_slice(struct save *save)
{
    static char bytes[SAVE_SLICE];
    size_t size = 0;
    ssize_t sent;
    bool more = true;

    if (!save->routes_done)
        size = render_routes(save, bytes);
    if (save->routes_done)
        size = render_macs(save, bytes, size, &more);
    for (size_t done = 0; done < size; done += (size_t)sent) {
        sent = write(save->fd, bytes + done, size - done);
        if (sent < 0)
            return -1;
    }
    return !more;
}

enum file_state save_turn(struct save *save, char reason[REASON_SIZE])
{
    char target[PATH_MAX + 8];
    int result = write_slice(save);

    if (result == 0)
        return FILE_RUNNING;
    snprintf(target, sizeof(target), "%.*s", (int)strlen(save->temporary) - 7, save->temporary);
    if (result < 0 || rename(save->temporary, target))
        return save_failed(save, reason);
    close(save->fd);
    return FILE_DONE;
}
