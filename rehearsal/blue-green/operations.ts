/** One of the two sides of a deployment: what is live at its start, and what is to be. */
export type Side = "blue" | "green";

/** What every deployment asks of ECS and the load balancer, whose task sets and traffic it moves. */
export interface BlueGreenOperations {
  /** CreateTaskSet for green. */
  createGreen(): void;
  /** Resolves when green's desired tasks are running and healthy. Rejects when they cannot be. */
  greenIsSteady(): Promise<void>;
  /** Resolves once green's start is over: its tasks are healthy, or one has failed. */
  describeGreen(): Promise<{ readonly steady: boolean; readonly why: string }>;
  /** Sends `percent` of production to that side, and the rest to the other one. */
  sendProduction(input: { readonly to: Side; readonly percent: number }): void;
  /** Sends all test traffic to that side. */
  sendTest(input: { readonly to: Side }): void;
  /**
   * Whether production may go back to blue. While only green answers, it waits for a while for blue to be healthy again.
   * That AWS looks at blue before it goes back is documented nowhere that we found.
   */
  wayBack(): Promise<{ readonly open: boolean; readonly why: string }>;
  /** UpdateServicePrimaryTaskSet. */
  makePrimary(input: { readonly side: Side }): void;
  /** DeleteTaskSet with `force`. Resolves once nothing of it runs, also if there is none. */
  deleteTaskSet(input: { readonly side: Side }): Promise<void>;
}
