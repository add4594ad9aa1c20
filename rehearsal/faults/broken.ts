/** The files of a commit whose version of the app misbehaves: this code runs first in it. */
export const broken = (code: string) => ({ "fault.cjs": code });

/** The files of a version that is healthy to the load balancer and answers everything else with 500, so that it fails its test. */
export const failsItsTest = broken(`exports.answer = (request, response) => {
  if (request.headers["user-agent"]?.startsWith("ELB-HealthChecker")) return false;
  response.writeHead(500).end();
  return true;
};`);
