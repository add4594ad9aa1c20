import fc from "fast-check";

/**
 * What happens in each step: mostly that it goes well, as otherwise hardly any release would come to its end.
 *
 * @param possible what may happen in each, other than that
 * @param anywhere what may happen in every one
 */
export function mostlyWell<Happening extends string>(
  possible: Readonly<Record<string, readonly Happening[]>>,
  anywhere: readonly Happening[],
): fc.Arbitrary<Record<string, Happening | "goes well">> {
  const ofStep = (own: readonly Happening[]) =>
    fc.oneof(
      { weight: 9, arbitrary: fc.constant<"goes well">("goes well") },
      { weight: 1, arbitrary: fc.constantFrom<Happening>(...own, ...anywhere) },
    );
  return fc.record(Object.fromEntries(Object.entries(possible).map(([step, own]) => [step, ofStep(own)])));
}
