/* SPDX-License-Identifier: MIT */
#include "sim/kernel.h"

#include <string.h>

void kernel_open(struct kernel *kernel)
{
    memset(kernel->processes, 0, sizeof(kernel->processes));
    memset(kernel->handle, 0, sizeof(kernel->handle));
    kernel->births = kernel->ages = kernel->handles = 0;
    kernel->now = 0;
    for (int i = 0; i < SOCKETS; i++)
        kernel->sockets[i].used = false;
    for (int i = 0; i < OBJECTS; i++)
        kernel->objects[i].used = false;
}

struct process *process_numbered(struct kernel *kernel, uint32_t pid)
{
    for (int i = 0; i < ACTORS; i++)
        if (kernel->processes[i].pid == pid)
            return &kernel->processes[i];
    return NULL;
}

struct process *process_of(struct kernel *kernel, uint32_t birth)
{
    for (int i = 0; i < ACTORS; i++)
        if (kernel->processes[i].pid && kernel->processes[i].birth == birth)
            return &kernel->processes[i];
    return NULL;
}

void process_start(struct kernel *kernel, enum actor actor)
{
    uint32_t pid = 1;

    while (process_numbered(kernel, pid))
        pid++;
    kernel->processes[actor] = (struct process){.pid = pid, .birth = ++kernel->births};
}

/* An object lives while anybody has it. */
static void object_release(struct object *object)
{
    object->used = object->named || object->owner_maps || object->mapped > 0;
}

static void give_back(struct kernel *kernel, uint32_t birth)
{
    for (int i = 0; i < HANDLES; i++)
        if (kernel->handle[i] && kernel->handle_owner[i] == birth)
            handle_close(kernel, i);
    for (int i = 0; i < OBJECTS; i++)
        if (kernel->objects[i].used && kernel->objects[i].owner == birth) {
            kernel->objects[i].owner_maps = false;
            object_release(&kernel->objects[i]);
        }
}

void process_end(struct kernel *kernel, enum actor actor)
{
    uint32_t birth = kernel->processes[actor].birth;

    for (int i = 0; i < SOCKETS; i++) {
        struct socket *socket = &kernel->sockets[i];

        if (socket->used && socket->client_birth == birth)
            socket_close_client(socket);
        if (socket->used && socket->server_birth == birth)
            socket_close_server(socket);
    }
    give_back(kernel, birth);
    kernel->processes[actor] = (struct process){0};
}

static void note(struct stream *stream, uint32_t stores)
{
    uint32_t last = (stream->note_first + stream->notes - 1) % STREAM_NOTES;

    if (stream->notes > 0 && stream->note[last].stores == stores) {
        stream->note[last].at = stream->written;
        return;
    }
    if (stream->notes == STREAM_NOTES) { /* forgotten: the reader knows less */
        stream->note_first = (stream->note_first + 1) % STREAM_NOTES;
        stream->notes--;
    }
    last = (stream->note_first + stream->notes++) % STREAM_NOTES;
    stream->note[last].at = stream->written;
    stream->note[last].stores = stores;
}

size_t stream_write(struct stream *stream, const void *bytes, size_t size, uint32_t stores)
{
    size_t room = stream->bound - stream->size, end = (stream->first + stream->size) % STREAM_BYTES;
    size_t once = STREAM_BYTES - end;

    size = size < room ? size : room;
    if (size == 0)
        return 0;
    once = once < size ? once : size;
    memcpy(stream->bytes + end, bytes, once);
    memcpy(stream->bytes, (const uint8_t *)bytes + once, size - once);
    stream->size += (uint32_t)size;
    stream->written += size;
    note(stream, stores);
    return size;
}

size_t stream_read(struct stream *stream, void *bytes, size_t size, uint32_t *stores)
{
    size_t once = STREAM_BYTES - stream->first;
    uint64_t read;

    size = size < stream->size ? size : stream->size;
    once = once < size ? once : size;
    memcpy(bytes, stream->bytes + stream->first, once);
    memcpy((uint8_t *)bytes + once, stream->bytes, size - once);
    stream->first = (uint32_t)((stream->first + size) % STREAM_BYTES);
    stream->size -= (uint32_t)size;
    read = stream->written - stream->size;
    while (stream->notes > 0 && stream->note[stream->note_first].at <= read) {
        *stores = stream->note[stream->note_first].stores;
        stream->note_first = (stream->note_first + 1) % STREAM_NOTES;
        stream->notes--;
    }
    return size;
}

static void stream_open(struct stream *stream, uint32_t bound)
{
    stream->first = stream->size = stream->notes = stream->note_first = 0;
    stream->written = 0;
    stream->bound = bound;
    stream->ended = false;
}

int socket_connect(struct kernel *kernel, enum actor client, bool network, uint32_t up,
                   uint32_t down)
{
    const struct process *process = &kernel->processes[client];
    struct socket *socket = kernel->sockets;

    while (socket < kernel->sockets + SOCKETS && socket->used)
        socket++;
    if (socket == kernel->sockets + SOCKETS)
        return NONE;
    socket->used = socket->client_open = socket->server_open = true;
    socket->accepted = false;
    socket->network = network;
    socket->client = client;
    socket->client_birth = process->birth;
    socket->client_pid = network ? 0 : process->pid;
    socket->server_birth = kernel->processes[ACTOR_SERVER].birth;
    socket->age = ++kernel->ages;
    stream_open(&socket->up, up);
    stream_open(&socket->down, down);
    return (int)(socket - kernel->sockets);
}

int socket_waiting(const struct kernel *kernel)
{
    int found = NONE;

    for (int i = 0; i < SOCKETS; i++) {
        const struct socket *socket = &kernel->sockets[i];

        if (socket->used && !socket->accepted && socket->server_open &&
            (found == NONE || socket->age < kernel->sockets[found].age))
            found = i;
    }
    return found;
}

static void socket_release(struct socket *socket)
{
    socket->used = socket->client_open || socket->server_open;
}

void socket_close_client(struct socket *socket)
{
    socket->client_open = false;
    socket->up.ended = true;
    socket_release(socket);
}

void socket_close_server(struct socket *socket)
{
    socket->server_open = false;
    socket->down.ended = true;
    socket_release(socket);
}

int socket_of(const struct kernel *kernel, enum actor client, bool old, uint32_t server)
{
    int newest = NONE, before = NONE;

    for (int i = 0; i < SOCKETS; i++) {
        const struct socket *socket = &kernel->sockets[i];

        if (!socket->used || !socket->accepted || !socket->server_open ||
            socket->client != client || socket->server_birth != server)
            continue;
        if (newest == NONE || socket->age > kernel->sockets[newest].age) {
            before = newest;
            newest = i;
        } else if (before == NONE || socket->age > kernel->sockets[before].age) {
            before = i;
        }
    }
    return old ? before : newest;
}

int handle_open(struct kernel *kernel, uint32_t birth, uint32_t owner)
{
    int handle = 0;

    while (handle < HANDLES && kernel->handle[handle])
        handle++;
    if (handle == HANDLES)
        return NONE;
    kernel->handle[handle] = birth;
    kernel->handle_owner[handle] = owner;
    kernel->handles++;
    return handle;
}

void handle_close(struct kernel *kernel, int handle)
{
    kernel->handle[handle] = 0;
    kernel->handles--;
}

struct object *object_create(struct kernel *kernel, uint32_t owner)
{
    struct object *object = kernel->objects;

    while (object < kernel->objects + OBJECTS && object->used)
        object++;
    if (object == kernel->objects + OBJECTS)
        return NULL;
    object->used = object->named = object->owner_maps = true;
    object->owner = owner;
    object->mapped = 0;
    memset(object->bytes, 0, sizeof(object->bytes));
    return object;
}

struct object *object_named(struct kernel *kernel)
{
    for (int i = 0; i < OBJECTS; i++)
        if (kernel->objects[i].used && kernel->objects[i].named)
            return &kernel->objects[i];
    return NULL;
}

void object_unlink(struct object *object)
{
    object->named = false;
    object_release(object);
}

void object_unmap(struct object *object)
{
    object->mapped--;
    object_release(object);
}
