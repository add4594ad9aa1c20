import type { LookupFunction } from "node:net";

/** How a client connects: in the shape of `tls.connect`'s options, which undici and `ws` hand on. */
export interface ClientConnection {
  readonly lookup: LookupFunction;
  /** The authority that it trusts, as PEM. */
  readonly ca?: string;
}

/** A client to whom every name leads to this machine, as DNS would lead it to the load balancer. */
export function localClient(ca?: string): ClientConnection {
  return { lookup: toLoopback, ...(ca === undefined ? {} : { ca }) };
}

const toLoopback: LookupFunction = (_, { all }, callback) => {
  const [address, family] = ["127.0.0.1", 4];
  if (all) callback(null, [{ address, family }]);
  else callback(null, address, family);
};
