import type { Fault } from "../fault";

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
      stage.when("AfterAllowTestTraffic started", () => stage.rehearsal.stack.service.updateDesiredCount(3));
      return stage.release();
    },
  },
  {
    name: "stopped-after-shift",
    fault: "a person stops the deployment after the shift",
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: /a person stopped it/ } },
    run: (stage) => {
      stage.when("terminationWait started", ({ detail }) =>
        stage.rehearsal.stack.stopDeployment(String(detail.deploymentId), "a person stopped it"),
      );
      return stage.release();
    },
  },
];
