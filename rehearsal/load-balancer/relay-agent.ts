import { Agent, type AgentOptions } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

type OnCreate = (error: Error | null, socket: Duplex) => void;

/** Connects through a relay's Unix socket. What the port behind it refuses is refused here, too. */
export class RelayAgent extends Agent {
  constructor(
    private readonly socketPath: string,
    options?: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(_options: unknown, onCreate?: OnCreate): undefined {
    const socket = connect({ path: this.socketPath });
    const refuse = () => {
      socket.destroy();
      onCreate?.(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), socket);
    };
    // A relay that has ended, or is not listening yet, refuses as well.
    socket.on("error", refuse).once("end", refuse);
    socket.once("readable", () => {
      if (socket.read(1) === null) return;
      socket.off("error", refuse).off("end", refuse);
      // Removing the listener of `readable` lets the stream flow again only in the next turn.
      setImmediate(() => onCreate?.(null, socket));
    });
  }
}
