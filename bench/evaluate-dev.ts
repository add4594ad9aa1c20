import { join } from "node:path";
import { evaluateStack } from "../rehearsal/graph/evaluate";

const directory = join(__dirname, "..");
const stacksDirectory = join(directory, "test/fixtures/stacks");

void evaluateStack({ directory, stacksDirectory, stack: "dev" }).then(({ recorder }) => {
  process.stdout.write(String(recorder.resources.length));
});
