/* SPDX-License-Identifier: MIT */
#include "command_list.h"

#include "manifest.h"
#include "need.h"
#include "util.h"

const struct command commands[] = {
#define COMMAND(shape, flags, cite, function) {shape, flags, cite, function},
#include "commands.def"
};

const size_t command_count = LENGTH(commands);
