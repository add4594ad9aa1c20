/**
 * Returns a function that closes every connection of `server` as soon as it has no request under way. Node's own
 * `closeIdleConnections` leaves alone those that have not carried a request yet, and a client may hold one open for long.
 */
export function connectionsOf(server) {
  const requestsUnderWay = new Map();
  let closing = false;

  server.on("connection", (socket) => {
    requestsUnderWay.set(socket, 0);
    socket.once("close", () => requestsUnderWay.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    count(socket, +1);
    response.once("close", () => {
      count(socket, -1);
      if (closing) closeIfIdle(socket);
    });
  });

  function count(socket, change) {
    if (requestsUnderWay.has(socket)) requestsUnderWay.set(socket, requestsUnderWay.get(socket) + change);
  }
  function closeIfIdle(socket) {
    // What was written to it is still sent.
    if (requestsUnderWay.get(socket) === 0) socket.destroySoon();
  }
  return () => {
    closing = true;
    for (const socket of requestsUnderWay.keys()) closeIfIdle(socket);
  };
}
