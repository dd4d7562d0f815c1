/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Probes that cut, gather and pass on what is sent.
 */
#include "command_list.h"
#include "compose.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

static struct probe *the_probe(struct world *w, const struct step *s, size_t i)
{
    return world_probe(w, step_word(s, i));
}

static size_t number(const struct step *s, size_t i)
{
    return (size_t)atol(step_word(s, i));
}

int run_corks(struct world *w, const struct step *s)
{
    probe_cork(the_probe(w, s, 0));
    return 0;
}

int run_uncorks(struct world *w, const struct step *s)
{
    return probe_uncork(w, the_probe(w, s, 0), SIZE_MAX, 0);
}

int run_uncorks_bytes(struct world *w, const struct step *s)
{
    return probe_uncork(w, the_probe(w, s, 0), number(s, 2), 0);
}

int run_uncorks_pieces(struct world *w, const struct step *s)
{
    return probe_uncork(w, the_probe(w, s, 0), SIZE_MAX, number(s, 5));
}

/* Writes the same bytes so many times. */
static int repeat(struct world *w, struct probe *p, const void *data, size_t len, size_t times)
{
    struct buf bytes = {0};
    int result;

    while (times-- > 0)
        buf_add(&bytes, data, len);
    result = probe_send(w, p, bytes.data, bytes.len, 0);
    buf_finish(&bytes);
    return result;
}

int run_sends_times(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct buf text = {0};
    struct frame f;

    if (compose_frame(w, s, 4, p, &f) < 0)
        return -1;
    wire_describe(&f, &text);
    world_tell(w, "%s > %s times %s", p->name, step_word(s, 2), text.data);
    buf_finish(&text);
    return repeat(w, p, f.bytes, f.len, number(s, 2));
}

int run_sends_times_hex(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct buf bytes = {0};
    int result;

    world_tell(w, "%s > %s times hex %s", p->name, step_word(s, 2), step_word(s, 5));
    result = hex_parse(step_word(s, 5), &bytes)
                 ? repeat(w, p, bytes.data, bytes.len, number(s, 2))
                 : world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
    buf_finish(&bytes);
    return result;
}

/* What a probe's flood sends again and again, and its connection. */
struct stream {
    int fd;
    const struct frame *frame;
};

/* Sends frames, many at once, and drops what comes. */
static void pour(const void *what)
{
    const struct stream *s = what;
    struct pollfd both = {.fd = s->fd, .events = POLLIN | POLLOUT};
    struct buf many = {0};
    char unread[65536];
    size_t at = 0;

    while (many.len < 32768)
        buf_add(&many, s->frame->bytes, s->frame->len);
    while (poll(&both, 1, -1) == 1) {
        if (both.revents & POLLIN && recv(s->fd, unread, sizeof unread, MSG_DONTWAIT) == 0)
            return;
        ssize_t put = send(s->fd, many.data + at, many.len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        at = put > 0 ? (at + (size_t)put) % many.len : at;
    }
}

int run_floods(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;

    if (compose_frame(w, s, 3, p, &f) < 0)
        return -1;
    world_tell(w, "%s floods its peer with %s", p->name, step_word(s, 3));
    if (p->fd >= 0 && flood_start(&p->flood, pour, &(struct stream){p->fd, &f}) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "%s cannot flood", p->name);
}

int run_flood_lasts(struct world *w, const struct step *s)
{
    const struct probe *p = the_probe(w, s, 1);

    return flood_lasts(&p->flood)
               ? 0
               : world_fail(w, VERDICT_FAIL, "the peer of %s has closed", p->name);
}

int run_half_closes(struct world *w, const struct step *s)
{
    return probe_half_close(w, the_probe(w, s, 0));
}

int run_leaves_path(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);

    if (!p->serves)
        return world_fail(w, VERDICT_BROKEN, "%s is a client; only one that listens can leave",
                          p->name);
    world_tell(w, "%s leaves", p->name);
    probe_leave(p);
    return 0;
}

int run_returns(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);

    if (!p->serves)
        return world_fail(w, VERDICT_BROKEN, "%s is a client; expected: %s connects", p->name,
                          p->name);
    world_tell(w, "%s is back", p->name);
    return probe_return(w, p);
}

int run_passes(struct world *w, const struct step *s)
{
    struct probe *from = the_probe(w, s, 1), *to = the_probe(w, s, 5);
    int last = wire_type_code(step_word(s, 3)), got;
    struct frame f;

    while ((got = probe_next(w, from, &f)) == 1) {
        if (probe_send(w, to, f.bytes, f.len, 0) < 0)
            return -1;
        if (wire_type_of(&f) == last)
            return 0;
    }
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the peer of %s closed before it sent %s", from->name,
                   step_word(s, 3));
    return -1;
}
