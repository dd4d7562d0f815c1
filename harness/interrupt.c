/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include "util.h"

#include <signal.h>

/* PIPE: nobody reads the report. */
static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

static volatile sig_atomic_t came;

static void interrupt(int signal)
{
    came = signal;
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = interrupt};

    for (size_t i = 0; i < LENGTH(ends); i++)
        sigaction(ends[i], &action, NULL);
}

bool interrupted(void)
{
    return came != 0;
}

void interrupt_reset(void)
{
    for (size_t i = 0; i < LENGTH(ends); i++)
        signal(ends[i], SIG_DFL);
}
