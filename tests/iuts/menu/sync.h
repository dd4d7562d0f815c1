/* SPDX-License-Identifier: MIT
 *
 * The message of the course's slides, as it lies in memory: 72 bytes in the byte order of the host.
 * END and FLUSH are not in them: the end of what a new client is told, and of all routes.
 */
#ifndef MENU_SYNC_H
#define MENU_SYNC_H

typedef enum { CREATE, UPDATE, DELETE, END, FLUSH } opcode_t;

typedef struct {
    char destination[16];
    char mask;
    char gateway_ip[16];
    char oif[32];
} msg_body_t;

typedef struct {
    opcode_t op_code;
    msg_body_t msg_body;
} sync_msg_t;

#define ROUTES 1000

#endif
