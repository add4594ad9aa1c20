import assert from "node:assert/strict";
import { localPorts } from "../../rehearsal/stack/local-ports";

describe("a load balancer's ports on this machine", () => {
  const places = (ports: number[], offset: number) => Object.fromEntries(localPorts(ports, offset));

  it("are the same ones", () => assert.deepEqual(places([8080, 8090], 0), { 8080: 8080, 8090: 8090 }));

  it("are shifted by the offset", () => assert.deepEqual(places([80, 8090], 2000), { 80: 2080, 8090: 10090 }));

  it("are 8000 higher where only root could open them", () =>
    assert.deepEqual(places([80, 443, 8090], 0), { 80: 8080, 443: 8443, 8090: 8090 }));

  it("give way to a listener that is there already", () =>
    assert.deepEqual(places([443, 80, 8443, 8080], 0), { 8443: 8443, 8080: 8080, 443: 9443, 80: 9080 }));

  it("are refused beyond 65535", () => assert.throws(() => places([20_000], 50_000), /--port-offset 50000.*65535/));
});
