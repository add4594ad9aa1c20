/** A port below this is opened by root alone. */
const firstFreePort = 1024;
/** What is added to it instead: 443 is at 8443, 80 at 8080. */
const shift = 8_000;

/**
 * Where each port of a load balancer's is on this machine: at itself plus `offset`; below 1024, 8000 higher, and 1000 more
 * as long as another listener is there.
 *
 * @throws Error when a port would be beyond 65535
 */
export function localPorts(ports: readonly number[], offset: number): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const highestFirst = [...new Set(ports)].sort((one, other) => other - one);
  for (const port of highestFirst) {
    let place = port + offset;
    if (place < firstFreePort) place += shift;
    while ([...places.values()].includes(place)) place += 1_000;
    if (place > 65_535) throw new Error(`--port-offset ${offset} takes port ${port} beyond 65535`);
    places.set(port, place);
  }
  return places;
}
