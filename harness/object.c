/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "oracle.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "{mac}"
#define MOST 64 /* bytes of an object that are looked at */

static const char *const values[OBJECT_VALUES] = {"text", "text-nul", "network-order",
                                                  "host-order"};

static const char *name_of(const struct objects *o)
{
    return o->name != NULL ? o->name : PLACE;
}

static int set_layout(struct objects *o, const struct value *v)
{
    o->per_mac = v->n == 1 && strcmp(v->at[0].text, "object-per-mac") == 0;
    if (o->per_mac || (v->n == 1 && strcmp(v->at[0].text, "segment") == 0))
        return 0;
    o->line = 0; /* there is nothing more to be said of it */
    return value_wrong(v, 0, "expected segment (the object of chapter 5) or object-per-mac");
}

static int set_name(struct objects *o, const struct value *v)
{
    if (value_text(&o->name, v) < 0)
        return -1;
    const char *place = strstr(o->name, PLACE), *text = o->name + (o->name[0] == '/');

    if (place != NULL && strstr(place + 1, PLACE) == NULL && strchr(text, '/') == NULL)
        return 0;
    return value_wrong(
        v, 0,
        "expected the name of an object with {mac} in it once, such as \"arp-{mac}\"; "
        "a slash may only begin it");
}

static int set_letters(struct objects *o, const struct value *v)
{
    o->upper = v->n == 1 && strcmp(v->at[0].text, "upper") == 0;
    if (o->upper || (v->n == 1 && strcmp(v->at[0].text, "lower") == 0))
        return 0;
    return value_wrong(v, 0, "expected lower or upper");
}

static int set_value(struct objects *o, const struct value *v)
{
    for (int i = 0; i < OBJECT_VALUES && v->n == 1; i++)
        if (strcmp(v->at[0].text, values[i]) == 0) {
            o->value = (enum object_value)i;
            return 0;
        }
    return value_wrong(v, 0, "expected text, text-nul, network-order or host-order");
}

static int set_join(struct objects *o, const struct value *v)
{
    if (value_text(&o->join, v) < 0)
        return -1;
    if (strlen(o->join) <= 1 && (*o->join == '\0' || ispunct((unsigned char)*o->join)) &&
        *o->join != '/')
        return 0;
    return value_wrong(v, 0,
                       "expected what stands between the pairs of digits, such as \":\", "
                       "\"-\" or \"\"");
}

int objects_set(struct objects *o, const char *key, const struct value *v)
{
    if (strcmp(key, "layout") == 0)
        return set_layout(o, v);
    if (strcmp(key, "name") == 0)
        return set_name(o, v);
    if (strcmp(key, "separator") == 0)
        return set_join(o, v);
    if (strcmp(key, "letters") == 0)
        return set_letters(o, v);
    if (strcmp(key, "value") == 0)
        return set_value(o, v);
    return value_wrong(v, 0,
                       "no such key in [shm]; expected layout, name, separator, letters or value");
}

void objects_check(const struct objects *o, bool own_wire, const char *file, struct diag *d)
{
    if (o->line == 0)
        return;
    if (o->per_mac != own_wire)
        diag_add(d, file, o->line, 1,
                 own_wire ? "[shm] of an own wire has layout = object-per-mac, or is not there: "
                            "nothing names a segment"
                          : "[shm] has layout = object-per-mac, and with wire = rtm1 WELCOME names "
                            "one segment; expected wire = own in [iut], or no [shm]");
    if (!o->per_mac && (o->name != NULL || o->join != NULL))
        diag_add(d, file, o->line, 1,
                 "[shm] names objects, which only layout = object-per-mac has");
}

void objects_finish(struct objects *o)
{
    free(o->name);
    free(o->join);
}

/* The MAC as the names have it. */
static void spell(const struct objects *o, uint64_t mac, char out[18])
{
    const char *join = o->join != NULL ? o->join : ":";

    out[0] = '\0';
    for (int i = 5; i >= 0; i--)
        sprintf(out + strlen(out), o->upper ? "%02X%s" : "%02x%s", (unsigned)(mac >> 8 * i & 255),
                i ? join : "");
}

char *objects_name(const struct objects *o, uint64_t mac)
{
    char text[18];

    spell(o, mac, text);
    return objects_name_of(o, text);
}

char *objects_name_of(const struct objects *o, const char *text)
{
    const char *name = name_of(o), *place = strstr(name, PLACE);

    return x_printf("%s%.*s%s%s", *name == '/' ? "" : "/", (int)(place - name), name, text,
                    place + strlen(PLACE));
}

/* NULL, or what is wrong with the bytes. */
static const char *read_text(const struct objects *o, const char *bytes, size_t n,
                             uint32_t *address)
{
    const char *end = memchr(bytes, '\0', n);
    size_t len = end != NULL ? (size_t)(end - bytes) : n;
    char text[MOST + 1];

    if (o->value == OBJECT_TEXT_NUL && end == NULL)
        return "no NUL behind the address (value = text-nul)";
    memcpy(text, bytes, len);
    text[len] = '\0';
    return address_parse(text, address) ? NULL : "no address as text";
}

static const char *read_number(const struct objects *o, const char *bytes, size_t n,
                               uint32_t *address)
{
    if (n < sizeof *address)
        return "less than the four bytes of an address";
    memcpy(address, bytes, sizeof *address);
    if (o->value == OBJECT_NETWORK)
        *address = __builtin_bswap32(*address);
    return NULL;
}

/* "\"10.1\\x00...\"" of what an object holds; the caller's. */
static char *quote(const char *bytes, size_t n)
{
    struct buf text = {0};

    while (n > 0 && bytes[n - 1] == '\0')
        n--;
    for (size_t i = 0; i < n; i++)
        buf_printf(&text, isprint((unsigned char)bytes[i]) ? "%c" : "\\x%02x",
                   (unsigned char)bytes[i]);
    return text.len ? buf_take(&text) : x_strdup("");
}

char *objects_read(const struct objects *o, uint64_t mac, uint32_t *address)
{
    char *name = objects_name(o, mac), bytes[MOST], *why = NULL;
    int fd = shm_open(name, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);

    if (n < 0) {
        why = x_printf("the object %s: %s", name, strerror(errno));
    } else {
        bool text = o->value == OBJECT_TEXT || o->value == OBJECT_TEXT_NUL;
        const char *wrong = text ? read_text(o, bytes, (size_t)n, address)
                                 : read_number(o, bytes, (size_t)n, address);
        char *holds = quote(bytes, (size_t)n);
        if (wrong != NULL)
            why = x_printf("the object %s holds \"%s\", %s", name, holds, wrong);
        free(holds);
    }
    if (fd >= 0)
        close(fd);
    free(name);
    return why;
}

/* The name of an object that has the MAC in it, however it is spelt; the caller's, or NULL. A
 * semaphore is none: sem_open(3) names its file. */
static char *find_spelt(uint64_t mac)
{
    static const char *const joins[] = {":", "-", "", ".", "_", " "};
    char *found = NULL, text[18];
    DIR *d = opendir("/dev/shm");

    for (struct dirent *e; d != NULL && found == NULL && (e = readdir(d)) != NULL;)
        for (size_t i = 0; found == NULL && i < LENGTH(joins); i++) {
            spell(&(struct objects){.join = (char *)joins[i]}, mac, text);
            if (strcasestr(e->d_name, text) != NULL && strncmp(e->d_name, "sem.", 4) != 0)
                found = x_printf("/%s", e->d_name);
        }
    if (d != NULL)
        closedir(d);
    return found;
}

/* The value of [shm] with which the object holds the address, or NULL. */
static const char *find_value(const struct objects *o, uint64_t mac, uint32_t address)
{
    struct objects other = *o;

    for (int i = -1; i < OBJECT_VALUES; i++) {
        uint32_t held;
        other.value = i < 0 ? o->value : (enum object_value)i; /* what is said comes first */
        char *why = objects_read(&other, mac, &held);
        bool same = why == NULL && held == address;
        free(why);
        if (same)
            return values[other.value];
    }
    return NULL;
}

char *objects_explain(const struct objects *o, uint64_t mac, uint32_t address)
{
    char *name = objects_name(o, mac), *spelt = NULL, *why = NULL;
    const char *value = find_value(o, mac, address);
    int fd = shm_open(name, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0 && errno == ENOENT && (spelt = find_spelt(mac)) != NULL)
        why = x_printf("there is the object %s, where [shm] has %s: letters, separator and name "
                       "have to say how it is spelt",
                       spelt, name);
    else if (value != NULL && value != values[o->value])
        why = x_printf("the object %s holds it with value = %s, where [shm] has value = %s", name,
                       value, values[o->value]);
    if (fd >= 0)
        close(fd);
    free(spelt);
    free(name);
    return why;
}

bool objects_mac(const struct objects *o, const char *file, uint64_t *mac)
{
    const char *name = name_of(o), *join = o->join != NULL ? o->join : ":";
    size_t before = (size_t)(strstr(name, PLACE) - name), len = strlen(file),
           step = 2 + strlen(join);
    char pairs[18] = "";

    name += *name == '/';
    before -= name != name_of(o);
    if (len < before + 5 * step + 2)
        return false;
    for (size_t i = 0; i < 6; i++)
        sprintf(pairs + strlen(pairs), "%.2s%s", file + before + i * step, i < 5 ? ":" : "");
    if (!mac_parse(pairs, mac))
        return false;
    char *again = objects_name(o, *mac);
    bool same = strcmp(again + 1, file) == 0;
    free(again);
    return same;
}

static bool is_of(DIR *d, const char *name, uid_t owner)
{
    struct stat s;

    return owner == OBJECTS_OF_ANYONE ||
           (fstatat(dirfd(d), name, &s, AT_SYMLINK_NOFOLLOW) == 0 && s.st_uid == owner);
}

struct arp *objects_list(const struct objects *o, uid_t owner)
{
    struct arp *list = arp_create();
    DIR *d = opendir("/dev/shm");
    struct neighbour n = {0};

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (objects_mac(o, e->d_name, &n.mac) && is_of(d, e->d_name, owner))
            arp_add(list, &n);
    if (d != NULL)
        closedir(d);
    return list;
}

void objects_tidy(const struct objects *o, uid_t owner, const struct arp *known)
{
    struct arp *list = objects_list(o, owner);
    const struct neighbour *n;

    for (size_t at = 0; (n = arp_next(list, &at)) != NULL;) {
        char *name = objects_name(o, n->mac);
        if (arp_find(known, n->mac) == NULL)
            shm_unlink(name);
        free(name);
    }
    arp_destroy(list);
}
