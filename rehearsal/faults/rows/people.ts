import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** What people do, or fail to do, during a release. */
export const people: readonly Fault[] = [
  {
    name: "nobody-approves",
    fault: "nobody continues the deployment in time",
    settings: { "greenlight:trafficShift": "approval", "greenlight:waitMinutes": "5" },
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: /nobody continued the deployment/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "run-not-approved",
    fault: "nobody approves the pipeline's run in time",
    settings: { "greenlight:deployApproval": '{"timeoutMinutes":5}' },
    expected: {
      endState: "refused",
      noticed: { by: "codepipeline", saying: /nobody approved the run within 5 minutes/ },
    },
    run: (stage) => stage.release(),
  },
  {
    name: "scale-out",
    fault: "the service is scaled out while green is tested",
    expected: { endState: "released", noticed: { by: "ecs", saying: /has desired count 3/ } },
    run: (stage) => {
      stage.when(`${stage.steps.test} started`, () => stage.rehearsal.stack.service.updateDesiredCount(3));
      return stage.release();
    },
  },
  {
    name: "run-stopped",
    fault: "a person stops the pipeline's run while green is tested",
    controllers: ["ECS"],
    expected: {
      endState: "rolled back",
      noticed: { by: "codepipeline", saying: /it was stopped: a mistake; rolled back: the run was stopped/ },
    },
    run: (stage) => {
      stopRun(stage, false);
      return stage.release();
    },
  },
  {
    name: "run-abandoned",
    fault: "a person stops the pipeline's run and abandons its actions",
    controllers: ["ECS"],
    expected: { endState: "rolled back", noticed: { by: "codepipeline", saying: /its actions were abandoned/ } },
    run: async (stage) => {
      stopRun(stage, true);
      const end = new Promise((resolve) => stage.when(/^service deployment \S+ ROLLBACK_SUCCESSFUL/, resolve));
      await stage.release();
      await end;
    },
  },
];

/** StopPipelineExecution while green is tested. */
function stopRun(stage: Stage, abandon: boolean): void {
  let executionId = "";
  stage.when(/^run \w+ of .* started/, ({ detail }) => (executionId = String(detail.executionId)));
  stage.when(`${stage.steps.test} started`, () => stage.rehearsal.pipeline.stop(executionId, "a mistake", { abandon }));
}
