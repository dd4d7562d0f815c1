/* SPDX-License-Identifier: MIT
 *
 * without CALL=ERRNO... -- COMMAND...: runs a command on a kernel that lacks these system calls.
 */
#include "harness/fault.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char **command = argv + 1;

    while (*command != NULL && strcmp(*command, "--") != 0)
        command++;
    if (argc < 3 || *command == NULL)
        return 64;
    *command++ = NULL;
    if (fault_load(argv + 1) == 0)
        execvp(*command, command);
    perror("without");
    return 70;
}
