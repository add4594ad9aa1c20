import { Client } from "undici";
import type { Outcome } from "./outcome";

/**
 * As many connections to one origin as there are requests under way; an unused one is taken again, the last used first.
 * undici's own pool looks through all of its connections for each request, which takes all of a meter's time once some
 * ten thousand are under way.
 */
export class Connections {
  private readonly all = new Set<Client>();
  private readonly unused: Client[] = [];

  constructor(
    private readonly origin: string,
    private readonly options: Client.Options,
  ) {}

  /** Lends a connection for one request. One whose request had no good end is not used again. */
  async use(request: (client: Client) => Promise<Outcome>): Promise<Outcome> {
    const client = this.unused.pop() ?? this.open();
    const outcome = await request(client);
    if (outcome.kind === "ok") this.unused.push(client);
    else this.close(client);
    return outcome;
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.all].map((client) => client.destroy()));
  }

  private open(): Client {
    const client = new Client(this.origin, this.options);
    this.all.add(client);
    return client;
  }

  private close(client: Client): void {
    this.all.delete(client);
    void client.destroy();
  }
}
