import assert from "node:assert/strict";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { image, loadBalancers, pipelineExecutionId, template } from "./support/fake-release";
import { jobEvent, rehearseRelease, type ReleaseFunction, secretKey } from "./support/release-function";

describe("the function that deploys to ECS", () => {
  let release: ReleaseFunction;

  beforeEach(async () => {
    release = await rehearseRelease();
  });
  afterEach(() => release.close());

  const reason = () => release.aws.failures.at(-1)?.failureDetails?.message ?? "no failure";
  const summary = () => release.aws.successes.at(-1)?.executionDetails?.summary;
  const token = () => release.aws.successes.at(-1)?.continuationToken;

  describe("in its first call", () => {
    it("registers the release's revision with its image, starts its deployment, and asks to be called again", async () => {
      await release.call();
      const [registered] = release.aws.registered;
      assert.equal(registered!.containerDefinitions![0]!.image, image);
      assert.deepEqual(registered!.tags, [
        { key: "greenlight:job-id", value: "job-1" },
        { key: "greenlight:pipeline-execution-id", value: pipelineExecutionId },
      ]);
      assert.equal(release.aws.updates.length, 1);
      assert.equal(release.aws.updates[0]!.taskDefinition, release.aws.newest.taskDefinition);
      assert.deepEqual(
        release.aws.updates[0]!.deploymentConfiguration,
        template["service.json"].deploymentConfiguration,
      );
      assert.notEqual(token(), undefined);
      assert.equal(summary(), `deploying ${image}`);
    });

    it("uses the AWS SDK in no way that the SDK warns of", async () => {
      await release.call();
      assert.equal(release.aws.updates.length, 1);
      assert.doesNotMatch(release.log.join("\n"), /WARN/);
    });

    it("does not tell ECS again which group is blue", async () => {
      await release.call();
      assert.equal("loadBalancers" in release.aws.updates[0]!, false);
    });

    it("tells ECS of a container's new port", async () => {
      const changed = [{ ...loadBalancers[0]!, containerPort: 4000 }];
      release.aws.artifacts["template.zip"] = {
        "taskdef.json": JSON.stringify(template["taskdef.json"]).replace("3000", "4000"),
        "service.json": { ...template["service.json"], loadBalancers: changed },
      };
      await release.call();
      assert.deepEqual(release.aws.updates[0]!.loadBalancers, changed);
    });

    it("starts nothing a second time when it is called again for the same job, whether or not that deployment has ended", async () => {
      await release.invoke(jobEvent("job-1"));
      await release.invoke(jobEvent("job-1"));
      release.aws.change({ status: "SUCCESSFUL" });
      await release.invoke(jobEvent("job-1"));
      assert.equal(release.aws.updates.length, 1);
      assert.equal(release.aws.registered.length, 1);
      assert.equal(release.aws.successes.length, 3);
      const { taskDefinitionArn } = JSON.parse(token()!) as { taskDefinitionArn: string };
      assert.equal(taskDefinitionArn, release.aws.newest.taskDefinition);
    });

    it("refuses to start beside another deployment, and names it", async () => {
      release.aws.change({ status: "IN_PROGRESS" });
      await release.call();
      assert.match(reason(), /demo is being deployed already \(.*service-deployment\/demo\/demo\/0, IN_PROGRESS\)/);
      assert.deepEqual([release.aws.registered.length, release.aws.updates.length], [0, 0]);
    });

    it("refuses to start while an alarm of the release fires, and names it", async () => {
      release.aws.firing = ["slow", "another service's"];
      await release.call();
      assert.equal(reason(), "no release starts while an alarm of it fires: slow");
      assert.deepEqual([release.aws.registered.length, release.aws.updates.length], [0, 0]);
    });

    it("starts nothing for a run that has been stopped", async () => {
      release.aws.runStatus = "Stopping";
      await release.call();
      assert.match(reason(), /stopped before its deployment started/);
      assert.equal(release.aws.updates.length, 0);
    });

    for (const [what, files, message] of [
      [
        "that are not JSON",
        { "taskdef.json": "{", "service.json": "[" },
        /taskdef\.json: not JSON.*service\.json: not JSON/,
      ],
      ["that are not there", { "taskdef.json": template["taskdef.json"] }, /ReleaseTemplate has no service\.json/],
      [
        "without their placeholders, or for another container",
        {
          "taskdef.json": { family: "demo", containerDefinitions: [{ name: "web", image: "nginx" }] },
          "service.json": { ...template["service.json"], taskDefinition: "demo:7" },
        },
        /no container has "<IMAGE1_NAME>".*taskDefinition is "demo:7".*no container "app"; it has web/,
      ],
    ] as const) {
      it(`refuses files ${what}, before anything is registered`, async () => {
        release.aws.artifacts["template.zip"] = files;
        await release.call();
        assert.match(reason(), message);
        assert.equal(release.aws.registered.length, 0);
      });
    }

    it("refuses to send a release without what the runtime's AWS SDK does not know of it", async () => {
      const { deploymentConfiguration } = template["service.json"];
      const newer = { ...deploymentConfiguration, lifecycleHooks: [{ targetType: "PAUSE", notYetInvented: { a: 1 } }] };
      release.aws.artifacts["template.zip"] = {
        ...template,
        "service.json": { ...template["service.json"], deploymentConfiguration: newer },
      };
      await release.call();
      assert.match(
        reason(),
        /does not know deploymentConfiguration\.lifecycleHooks\[0\]\.notYetInvented of UpdateService/,
      );
      assert.equal(release.aws.updates.length, 0);
    });

    it("fails the job with ECS's reason when ECS refuses the update", async () => {
      const error = new AwsError("InvalidParameterException", "the target group is in use");
      release.aws.errors.updateService = [{ error }];
      await release.call();
      assert.equal(reason(), "InvalidParameterException: the target group is in use");
    });

    it("follows a deployment that started although ECS gave no answer", async () => {
      const error = new AwsError("ServerException", "try again", 500);
      const lost = { error, after: true as const };
      release.aws.errors.updateService = [lost, { error }, { error }];
      await release.call();
      assert.match(summary()!, /ECS did not answer: ServerException/);
      release.aws.change({ status: "SUCCESSFUL" });
      await release.call();
      assert.equal(token(), undefined);
      assert.equal(release.aws.updates.length, 1);
    });

    it("never logs the job's credentials", async () => {
      await release.call();
      assert.ok(release.log.length > 0);
      assert.equal(
        release.log.some((line) => line.includes(secretKey)),
        false,
      );
    });
  });

  describe("in a later call", () => {
    beforeEach(() => release.call());

    it("tells the stage, green's tasks and its share of production", async () => {
      const green = { requestedTaskCount: 3, runningTaskCount: 2, requestedProductionTrafficWeight: 10 };
      const { targetServiceRevision } = release.aws.newest;
      release.aws.change({
        lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT",
        targetServiceRevision: { ...targetServiceRevision, ...green },
      });
      await release.call();
      assert.equal(summary(), "PRODUCTION_TRAFFIC_SHIFT, green runs 2 of 3 tasks, has 10 % of production");
      const { serviceDeploymentArn } = release.aws.newest;
      assert.equal(release.aws.successes.at(-1)!.executionDetails!.externalExecutionId, serviceDeploymentArn);
      assert.notEqual(token(), undefined);
    });

    it("tells how a person continues a deployment that waits for one", async () => {
      const hook = { hookId: "ecs-pause-1", status: "AWAITING_ACTION" as const };
      release.aws.change({ lifecycleStage: "POST_TEST_TRAFFIC_SHIFT", lifecycleHookDetails: [hook] });
      await release.call();
      const { serviceDeploymentArn } = release.aws.newest;
      const command = `aws ecs continue-service-deployment --service-deployment-arn ${serviceDeploymentArn} --hook-id ecs-pause-1`;
      assert.ok(summary()!.endsWith(`waits for a person (${command})`), summary());
    });

    it("ends the job when the deployment has succeeded", async () => {
      release.aws.change({ status: "SUCCESSFUL" });
      await release.call();
      assert.equal(token(), undefined);
      assert.deepEqual(release.aws.failures, []);
    });

    it("fails the job when the deployment was rolled back, with every reason that ECS gives", async () => {
      release.aws.change({
        status: "ROLLBACK_SUCCESSFUL",
        statusReason: "Service deployment rolled back",
        rollback: { reason: "an alarm" },
        alarms: { triggeredAlarmNames: ["slow"] },
      });
      await release.call();
      assert.equal(reason(), "rolled back: an alarm: Service deployment rolled back: alarms fired (slow)");
      assert.equal(release.aws.failures[0]!.failureDetails!.type, "JobFailed");
    });

    it("waits for a rollback to end before it fails the job", async () => {
      release.aws.change({ status: "ROLLBACK_IN_PROGRESS", statusReason: "the hook failed" });
      await release.call();
      assert.equal(summary(), "ROLLBACK_IN_PROGRESS: the hook failed");
      release.aws.change({ status: "ROLLBACK_FAILED" });
      await release.call();
      assert.match(reason(), /^the rollback failed, look at the service: the hook failed/);
    });

    it("cuts a reason that CodePipeline would not take", async () => {
      release.aws.change({ status: "STOPPED", statusReason: "x".repeat(6000) });
      await release.call();
      assert.equal(reason().length, 5000);
    });

    it("goes on when ECS cannot be asked for a moment", async () => {
      const error = new AwsError("ThrottlingException", "slow down");
      release.aws.errors.describeServiceDeployments = [{ error }, { error }, { error }];
      const before = token();
      await release.call();
      assert.match(summary()!, /could not look at the deployment, and will again: ThrottlingException/);
      assert.equal(token(), before);
    });

    it("fails the job, and says that the deployment goes on, when it may not ask", async () => {
      release.aws.errors.describeServiceDeployments = [
        { error: new AwsError("AccessDeniedException", "not allowed", 403) },
      ];
      await release.call();
      assert.match(reason(), /^the deployment goes on, but cannot be followed: AccessDeniedException/);
    });

    it("is content when CodePipeline waits for its answer no more", async () => {
      const error = new AwsError("InvalidJobStateException", "the job is abandoned");
      release.aws.errors.putJobSuccessResult = [{ error }];
      assert.equal((await release.call()).status, "returned");
    });

    it("fails for a token of somebody else's", async () => {
      await release.invoke(jobEvent("job-1", "{}"));
      assert.match(reason(), /the continuation token is not this function's/);
    });
  });

  it("fails the job when its deployment is not to be found after ten minutes", async () => {
    release.aws.lists = false;
    await release.call();
    await release.call();
    assert.match(summary()!, /waiting for a deployment of .*demo:2/);
    const { taskDefinitionArn } = JSON.parse(token()!) as { taskDefinitionArn: string };
    await release.invoke(jobEvent("job-1", JSON.stringify({ taskDefinitionArn, startedAtMs: Date.now() - 600_001 })));
    assert.match(reason(), /ECS has no deployment of .*; it was not started/);
  });

  describe("when the run is stopped", () => {
    beforeEach(() => release.call());

    it("rolls the deployment back once, follows it to its end, and fails the job", async () => {
      release.aws.runStatus = "Stopping";
      await release.call();
      await release.call();
      assert.deepEqual(release.aws.stopped, [release.aws.newest.serviceDeploymentArn]);
      release.aws.change({ status: "ROLLBACK_SUCCESSFUL", statusReason: "stopped by somebody" });
      await release.call();
      assert.equal(reason(), "rolled back: the run was stopped: stopped by somebody");
    });

    it("says so in its reason also where EventBridge's call was quicker", async () => {
      release.aws.runStatus = "Stopping";
      await release.stopRun();
      await release.call();
      release.aws.change({ status: "ROLLBACK_SUCCESSFUL" });
      await release.call();
      assert.equal(reason(), "rolled back: the run was stopped");
    });

    it("rolls it back at EventBridge's word too, when CodePipeline calls no more", async () => {
      await release.stopRun();
      await release.stopRun();
      assert.deepEqual(release.aws.stopped, [release.aws.newest.serviceDeploymentArn]);
    });

    it("leaves the deployment of another run alone", async () => {
      await release.stopRun("another-execution");
      assert.deepEqual(release.aws.stopped, []);
    });

    it("takes a deployment that somebody else has stopped for stopped", async () => {
      release.aws.runStatus = "Stopping";
      const error = new AwsError("ConflictException", "it is stopping already");
      release.aws.errors.stopServiceDeployment = [{ error, after: true }];
      await release.call();
      assert.deepEqual(release.aws.failures, []);
      assert.notEqual(token(), undefined);
    });
  });

  it("throws for an event that it does not know, to which nobody waits for an answer", async () => {
    const outcome = await release.invoke({ detail: { state: "SUCCEEDED", "execution-id": "x" } });
    assert.equal(outcome.status, "threw");
  });

  it("fails a job whose action is configured in another way", async () => {
    const event = jobEvent("job-1");
    event["CodePipeline.job"].data.actionConfiguration.configuration.UserParameters = "http://192.0.2.4";
    await release.invoke(event);
    assert.match(reason(), /UserParameters: not JSON/);
  });
});
