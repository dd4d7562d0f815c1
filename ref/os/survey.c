/* SPDX-License-Identifier: MIT */
#include "os/survey.h"

#include <inttypes.h>

static void list_client(struct console *console, const struct server *server,
                        const struct peer *peer)
{
    console_print(console,
                  console->terminal ? "  client %-6" PRIu64 " pid %-8u %-13s change %-10" PRIu64
                                      " %zu bytes wait%s%s\n"
                                    : "client=%" PRIu64 " pid=%u state=%s seq=%" PRIu64
                                      " backlog=%zu%s%s\n",
                  peer->number, peer->pid, peer_state_name(peer), peer_seq(peer, &server->origin),
                  peer_backlog(peer), peer->from[0] ? " from=" : "", peer->from);
}

/* All at once: a row is short, and a slice of them could list a client twice or never. CON-10 */
void survey_clients(struct console *console, const struct server *server)
{
    const struct link *peers = &server->peers;
    unsigned count = 0;

    for (const struct link *link = peers->next; link != peers; link = link->next) {
        const struct peer *peer = LIST_OWNER(link, struct peer, link);

        if (peer->state == PEER_PARTED)
            continue; /* SES-10 */
        list_client(console, server, peer);
        count++;
    }
    console_answer(console, "ok show clients clients=%u", "%u clients.", count);
}

static void counter(struct console *console, const char *name, uint64_t value)
{
    console_print(console, console->terminal ? "  %-18s %" PRIu64 "\n" : "%s %" PRIu64 "\n", name,
                  value);
}

void survey_counters(struct console *console, const struct server *server, uint64_t messages)
{
    counter(console, "instance", server->origin.epoch >> 32);
    counter(console, "flushes", (uint32_t)server->origin.epoch);
    counter(console, "seq", server->origin.seq);
    counter(console, "routes", table_sum(server->origin.table).routes);
    counter(console, "macs", table_sum(server->origin.table).macs);
    counter(console, "arp_slots", server->origin.arp.capacity);
    counter(console, "arp_probe", server->origin.arp.probe);
    counter(console, "clients", server->peer_count);
    counter(console, "clients_joined", server->stats.clients_joined);
    counter(console, "clients_refused", server->stats.clients_refused);
    counter(console, "changes", server->stats.changes);
    counter(console, "changes_refused", server->stats.changes_refused);
    counter(console, "backlogs_dropped", server->stats.backlogs_dropped);
    counter(console, "journal_bound", server->origin.journals[AUDIENCE_LOCAL].bound);
    counter(console, "queue_messages", messages); /* MQ-9 */
    counter(console, "queue_refused", console->teller_refusals);
    console_answer(console, "ok stats", "These are since the start.");
}
