/* SPDX-License-Identifier: MIT
 *
 * The virtual kernel: processes with small pids that are used again at once, stream sockets with
 * bounded buffers, signals that are pending as one bit, handles of processes, and named objects of
 * shared memory. It knows nothing of the protocol. Nothing fails for want of memory: what does not
 * fit into its arrays cannot be done, and the caller asks first.
 */
#ifndef SIM_KERNEL_H
#define SIM_KERNEL_H

#include "sim/memory.h"
#include "sim/move.h"

enum {
    STREAM_BYTES = 2048,
    STREAM_NOTES = 16,
    SOCKETS = 32,
    HANDLES = 64,
    OBJECTS = 8,
    NONE = -1,
};

struct process {
    uint32_t pid;   /* 0: it does not run */
    uint32_t birth; /* names it for ever */
    bool stopped, pending;
    struct {
        uint32_t server; /* birth of who sent it last */
        uint32_t stores; /* of its object at that moment, */
        uint32_t change; /* and the flush that it is about */
    } signal;
};

/* One direction of a connection. */
struct stream {
    uint8_t bytes[STREAM_BYTES];
    uint32_t first, size, bound;
    bool ended; /* nothing is written any more */
    uint64_t written;
    uint32_t notes, note_first; /* a byte comes with what its writer knew: */
    struct {
        uint64_t at;
        uint32_t stores;
    } note[STREAM_NOTES]; /* whoever has read up to `at` knows so many stores */
};

struct socket {
    bool used, accepted, network;
    enum actor client;
    uint32_t client_birth, client_pid, server_birth; /* as they were when it was connected */
    bool client_open, server_open;
    uint32_t age; /* counts connections */
    struct stream up, down;
};

struct object {
    bool used, named;
    uint32_t owner;  /* birth of the server */
    uint32_t mapped; /* by so many clients */
    bool owner_maps;
    struct memory memory;
    _Alignas(64) uint8_t bytes[MEMORY_BYTES]; /* as its writer sees it */
};

struct kernel {
    struct process processes[ACTORS];
    uint32_t births, ages, handles; /* handles open */
    uint32_t handle[HANDLES];       /* birth of the process; 0: free */
    uint32_t handle_owner[HANDLES];
    struct socket sockets[SOCKETS];
    struct object objects[OBJECTS];
    uint64_t now; /* milliseconds */
};

void kernel_open(struct kernel *kernel);

/* Starts a process with the lowest free pid. */
void process_start(struct kernel *kernel, enum actor actor);

/* It is gone: its sockets are closed, its handles given back, its pid free. */
void process_end(struct kernel *kernel, enum actor actor);

/* The process of that birth, or NULL if it has ended. */
struct process *process_of(struct kernel *kernel, uint32_t birth);

/* The process that has the number, or NULL. */
struct process *process_numbered(struct kernel *kernel, uint32_t pid);

/* Bytes that go in, up to `size`, from one who knows so many stores. */
size_t stream_write(struct stream *stream, const void *bytes, size_t size, uint32_t stores);

/* Bytes that come out, up to `size`; *stores grows to what their writer knew. */
size_t stream_read(struct stream *stream, void *bytes, size_t size, uint32_t *stores);

/* A connection to the server that runs: an index, NONE if there is no place. */
int socket_connect(struct kernel *kernel, enum actor client, bool network, uint32_t up,
                   uint32_t down);

/* The next that is to be accepted, or NONE. */
int socket_waiting(const struct kernel *kernel);
void socket_close_client(struct socket *socket);
void socket_close_server(struct socket *socket);

/* The connection of an actor with this server: its newest, or the one before; NONE. */
int socket_of(const struct kernel *kernel, enum actor client, bool old, uint32_t server);

/* A handle for that birth, which is not 0, or NONE when there are too many. */
int handle_open(struct kernel *kernel, uint32_t birth, uint32_t owner);
void handle_close(struct kernel *kernel, int handle);

/* A new object under the one name, which is free; NULL when there are too many. */
struct object *object_create(struct kernel *kernel, uint32_t owner);

/* The object that has the name now, or NULL. */
struct object *object_named(struct kernel *kernel);

/* Takes the name away, or one of the mappings of clients; the memory lives while anybody has it. */
void object_unlink(struct object *object);
void object_unmap(struct object *object);

#endif
