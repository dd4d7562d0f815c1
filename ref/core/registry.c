/* SPDX-License-Identifier: MIT */
#include "core/registry.h"

#include <errno.h>

#include "core/peer.h"

static int drop(const struct registrar *registrar, int handle, int error)
{
    registrar->close(registrar->arg, handle);
    errno = error;
    return -1;
}

/* The number was the peer's when it connected. It still is if the peer has not hung up after the
 * handle was there: a process that lives keeps its number. */
static int handle_of_number(const struct registrar *registrar, struct peer *peer)
{
    int handle = registrar->handle_of_number(registrar->arg, peer->kernel_pid);

    if (handle >= 0 && registrar->hung_up(registrar->arg, peer))
        return drop(registrar, handle, ESRCH);
    return handle;
}

static int handle_of(const struct registrar *registrar, struct peer *peer)
{
    int handle = registrar->handle_of_peer(registrar->arg, peer);

    if (handle < 0 && errno == ENOPROTOOPT)
        handle = handle_of_number(registrar, peer);
    if (handle >= 0 && registrar->signal(registrar->arg, handle, true))
        return drop(registrar, handle, errno);
    return handle;
}

bool registry_enrol(const struct registrar *registrar, struct peer *peer)
{
    if (!registrar->handle_of_peer)
        return false;
    peer->handle = handle_of(registrar, peer);
    if (registrar->told)
        registrar->told(registrar->arg, peer, peer->handle < 0 ? errno : 0);
    if (peer->handle < 0)
        return false;
    peer->pid = peer->kernel_pid; /* REG-1 */
    return true;
}

void registry_strike(const struct registrar *registrar, struct peer *peer)
{
    if (peer->pid)
        registrar->close(registrar->arg, peer->handle);
    peer->pid = 0;
}

bool registry_signal(const struct registrar *registrar, const struct peer *peer)
{
    return peer->pid && registrar->signal(registrar->arg, peer->handle, false) == 0;
}
