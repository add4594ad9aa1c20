// Evaluates a program with so many services, each with its pipeline and hook; prints the milliseconds that it took and
// the number of resources.
import { BlueGreenEcsService, DeployPipeline, GreenTestHook, ImageRepository } from "../components";
import { evaluate } from "../rehearsal/graph/evaluate";

const count = Number(process.argv[2]);
const network = {
  vpcId: "vpc-1",
  publicSubnetIds: ["subnet-1", "subnet-2"],
  privateSubnetIds: ["subnet-3", "subnet-4"],
};

function program(): Record<string, unknown> {
  for (let index = 1; index <= count; index++) {
    const name = `service-${index}`;
    const repository = new ImageRepository(name);
    const repositoryArn = repository.repository.arn;
    const service = new BlueGreenEcsService(name, { network, repositoryArn, image: "example/app:1" });
    const hook = new GreenTestHook(`${name}-test`, { service });
    new DeployPipeline(name, { service, repository, hook, githubRepository: "example-org/app" });
  }
  return {};
}

const startedAt = performance.now();
void evaluate({ project: "bench", stack: "dev" }, program).then(({ recorder }) => {
  process.stdout.write(`${performance.now() - startedAt} ${recorder.resources.length}`);
});
