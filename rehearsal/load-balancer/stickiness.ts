/**
 * The cookies by which a load balancer knows a client again: `AWSALB` names a target, `AWSALBTG` a target group. Each has a
 * twin for requests across origins, which takes precedence. AWS encrypts what is in them; here it can be read.
 * Source: ALB user guide, edit-target-group-attributes, "Sticky sessions"; rule-action-types, "Sticky sessions and
 * weighted target groups".
 */
export type StickyCookie = "AWSALB" | "AWSALBTG";

/** How long the client keeps them, whatever the load balancer's own duration is. */
const cookieAgeMs = 7 * 24 * 3_600_000;

/** What the client's cookie names; nothing if it has none, if it cannot be read, or if its time is over. */
export function pinnedTo(cookie: StickyCookie, header: string | undefined, nowAwsMs: number): string | undefined {
  const value = valueOf(`${cookie}CORS`, header) ?? valueOf(cookie, header);
  const [, id, untilAwsMs] = /^(.*) (\d+)$/.exec(Buffer.from(value ?? "", "base64url").toString()) ?? [];
  return Number(untilAwsMs) > nowAwsMs ? id : undefined;
}

/** The `Set-Cookie` headers that pin a client to `id`; each answer renews them. */
export function pin(cookie: StickyCookie, id: string, untilAwsMs: number, secure: boolean): string[] {
  const value = Buffer.from(`${id} ${Math.round(untilAwsMs)}`).toString("base64url");
  const common = `Expires=${new Date(Date.now() + cookieAgeMs).toUTCString()}; Path=/`;
  return [
    `${cookie}=${value}; ${common}`,
    `${cookie}CORS=${value}; ${common}; SameSite=None${secure ? "; Secure" : ""}`,
  ];
}

function valueOf(name: string, header = ""): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
