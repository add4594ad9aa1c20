/** Does all of the work, one thing at a time on each of the lanes. */
export async function sideBySide<Lane, One>(
  lanes: readonly Lane[],
  work: readonly One[],
  perform: (one: One, lane: Lane) => Promise<void>,
): Promise<void> {
  const waiting = [...work];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await perform(one, lane);
    }),
  );
}
