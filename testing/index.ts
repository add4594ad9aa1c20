/**
 * Unit tests of programs that use the components: `evaluate` runs a program under mocks that answer as AWS does, and
 * records every resource. docs/unit-tests.md shows one.
 */
export { evaluate, type Graph } from "../rehearsal/graph/evaluate";
export type { GraphOptions, GraphResource } from "../rehearsal/graph/recorder";
