/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define WIDE 1000 /* columns, and rows: nothing is broken or held for a page */

static int set_up(int slave, uid_t who)
{
    struct winsize size = {.ws_row = WIDE, .ws_col = WIDE};
    struct termios t;

    if (tcgetattr(slave, &t) < 0)
        return -1;
    t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ECHOCTL);
    t.c_oflag &= ~(tcflag_t)OPOST;
    if (tcsetattr(slave, TCSANOW, &t) < 0 || ioctl(slave, TIOCSWINSZ, &size) < 0)
        return -1;
    return fchown(slave, who, (gid_t)-1);
}

int terminal_open(int *master, int *slave, uid_t who)
{
    int error;

    *slave = -1;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master < 0)
        return -1;
    if (grantpt(*master) < 0 || unlockpt(*master) < 0)
        goto lost;
    *slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave >= 0 && set_up(*slave, who) == 0)
        return 0;
lost:
    error = errno;
    close(*master);
    if (*slave >= 0)
        close(*slave);
    errno = error;
    return -1;
}

int terminal_adopt(int slave)
{
    return ioctl(slave, TIOCSCTTY, 0);
}

int terminal_unread(int master)
{
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), unread = 0;

    if (slave < 0)
        return 0;
    if (ioctl(slave, FIONREAD, &unread) < 0)
        unread = 0;
    close(slave);
    return unread;
}

/* The state behind one byte of a sequence. */
static enum escaping step(enum escaping state, unsigned char c)
{
    switch (state) {
    case ESCAPED:
        if (c == '[')
            return CONTROL;
        if (c == ']' || c == 'P' || c == '^' || c == '_')
            return STRING;
        return c >= 0x20 && c <= 0x2f ? CHARSET : PLAIN;
    case CONTROL:
        return c >= 0x40 && c <= 0x7e ? PLAIN : CONTROL;
    case CHARSET:
        return c >= 0x20 && c <= 0x2f ? CHARSET : PLAIN;
    case STRING:
        return c == '\a' ? PLAIN : c == 0x1b ? STRING_ESCAPED : STRING;
    case STRING_ESCAPED:
        return c == '\\' ? PLAIN : STRING;
    case PLAIN:
        break;
    }
    return PLAIN;
}

size_t terminal_clean(enum escaping *state, char *data, size_t len)
{
    size_t kept = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (*state != PLAIN && c != '\n')
            *state = step(*state, c);
        else if (c == 0x1b)
            *state = ESCAPED;
        else if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n') {
            *state = PLAIN; /* no sequence goes on over a line end */
            data[kept++] = data[i];
        }
    }
    return kept;
}
