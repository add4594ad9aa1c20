/** One HTTP request that green must answer as expected before production traffic shifts to it. */
export interface HttpCheck {
  /** Path and query, from `/`. */
  readonly path: string;
  /** @default GET */
  readonly method?: string;
  /** Request headers; `Host` takes the place of the load balancer's name. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Request body. @default none */
  readonly body?: string;
  /** The status, or the statuses any of which will do. @default 200 */
  readonly expectStatus?: number | readonly number[];
  /** Response headers that must be there with exactly this value; names in any case. @default none */
  readonly expectHeaders?: Readonly<Record<string, string>>;
  /** Text that the response body must contain. @default none */
  readonly expectBodyContains?: string;
  /** JavaScript regular expression, without flags, that the response body must match. @default none */
  readonly expectBodyMatches?: string;
  /** Longest time from sending to the end of the answer, in milliseconds. @default 5000 */
  readonly maxLatencyMs?: number;
}

/** Tells test traffic from users' requests on the production listener. Whoever sends it reaches green, so it must be hard to guess. */
export interface TestHeader {
  /** Up to 40 letters, digits and hyphens; not Host. */
  readonly name: string;
  /** Up to 128 characters of ASCII, without `*` and `?`, which would match more than this value. */
  readonly value: string;
}

/** What the stack's secret parameter holds for the hook. */
export interface SecretConfig {
  /** Instead of the checks in `config.json`. */
  readonly checks?: readonly HttpCheck[];
  /** A header that every check sends. */
  readonly testHeader?: TestHeader;
}

/** What the bundle's `config.json`, beside `index.js`, holds. */
export interface GreenTestConfig {
  /** Undefined where the secret parameter holds them. */
  readonly checks?: readonly HttpCheck[];
  /** How long green is tested again and again before it passes, in seconds; 0 tests it once. */
  readonly waitSeconds: number;
}
