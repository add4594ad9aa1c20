import { join } from "node:path";
import { evaluateStack } from "../rehearsal/graph/evaluate";

void evaluateStack({ directory: join(__dirname, ".."), stack: "dev" }).then(({ recorder }) => {
  process.stdout.write(String(recorder.resources.length));
});
