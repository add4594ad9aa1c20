/** Writes one event as a line of JSON, which CloudWatch Logs Insights takes apart by itself. Requests are the load balancer's to log. */
export function log(event, facts = {}) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...facts })}\n`);
}
