import assert from "node:assert/strict";
import { fillTemplate, RefusedTemplate, type ReleaseFiles } from "../../../rehearsal/codepipeline/fill-template";
import { appSpec, image, soundFiles, taskDefinition } from "./release-files";

describe("the release's files", () => {
  it("get the image where its placeholder is, and nowhere else", () => {
    const filled = fillTemplate(soundFiles);
    assert.equal(filled.image, image);
    assert.deepEqual(
      filled.taskDefinition.containerDefinitions.map((container) => [container.name, container.image]),
      [
        ["app", image],
        ["sidecar", "public.ecr.aws/sidecar:1"],
      ],
    );
    assert.equal(filled.taskDefinition.cpu, "256");
  });

  it("tell the hooks, and where the load balancer sends requests", () => {
    const { hooks, containerName, containerPort } = fillTemplate(soundFiles);
    assert.deepEqual(hooks, { AfterAllowTestTraffic: "test-green" });
    assert.deepEqual([containerName, containerPort], ["app", 3000]);
  });

  it("may do without hooks", () => {
    for (const Hooks of [undefined, null, []]) {
      assert.deepEqual(fillTemplate({ ...soundFiles, appSpec: appSpec({ Hooks }) }).hooks, {});
    }
  });

  it("have an AppSpec of version 0.0, however YAML reads that", () => {
    for (const version of [0, "0.0"]) fillTemplate({ ...soundFiles, appSpec: appSpec({ version }) });
  });

  describe("are refused", () => {
    const problems = (change: Partial<ReleaseFiles>): readonly string[] => {
      try {
        fillTemplate({ ...soundFiles, ...change });
      } catch (error) {
        assert.ok(error instanceof RefusedTemplate);
        return error.problems;
      }
      return [];
    };
    const problem = (change: Partial<ReleaseFiles>): string => {
      const [only, ...others] = problems(change);
      assert.deepEqual(others, []);
      return only ?? "";
    };
    const withContainers = (...containerDefinitions: object[]) =>
      JSON.stringify({ ...taskDefinition, containerDefinitions });

    it("if taskdef.json is not JSON", () => {
      assert.match(problem({ taskDefinition: "family: app" }), /^taskdef\.json: not JSON \(/);
    });

    it("if taskdef.json is no task definition", () => {
      assert.match(problem({ taskDefinition: "[]" }), /^taskdef\.json: the whole: /);
      const family = problem({ taskDefinition: JSON.stringify({ ...taskDefinition, family: undefined }) });
      assert.match(family, /^taskdef\.json: family: /);
      assert.match(problem({ taskDefinition: withContainers() }), /^taskdef\.json: containerDefinitions: /);
      const unnamed = withContainers({ image: "<IMAGE1_NAME>" });
      assert.match(problem({ taskDefinition: unnamed }), /^taskdef\.json: containerDefinitions\.0\.name: /);
    });

    it("if the image's placeholder is nowhere", () => {
      const expected = /^taskdef\.json: no container has "<IMAGE1_NAME>" as its image/;
      const fixed = withContainers({ name: "app", image, portMappings: [{ containerPort: 3000 }] });
      assert.match(problem({ taskDefinition: fixed }), expected);
      const within = withContainers({ name: "app", image: "repository/<IMAGE1_NAME>", portMappings: [] });
      assert.match(problem({ taskDefinition: within }), expected);
      assert.match(problem({ imagePlaceholder: "IMAGE" }), /^taskdef\.json: no container has "<IMAGE>" as its image/);
    });

    it("if appspec.yaml is not YAML", () => {
      assert.match(problem({ appSpec: "version: [0.0" }), /^appspec\.yaml: not YAML \(/);
    });

    it("if appspec.yaml is no AppSpec of one ECS service", () => {
      const refused = (change: object, serviceChange = {}) => problem({ appSpec: appSpec(change, serviceChange) });
      assert.match(problem({ appSpec: "" }), /^appspec\.yaml: the whole: /);
      assert.match(refused({ version: 0.1 }), /^appspec\.yaml: version: /);
      assert.match(refused({ Resources: [] }), /^appspec\.yaml: Resources: /);
      assert.match(refused({ Resources: undefined, resources: [] }), /^appspec\.yaml: Resources: /);
      const lambda = { TargetService: { Type: "AWS::Lambda::Function", Properties: {} } };
      assert.match(refused({ Resources: [lambda] }), /^appspec\.yaml: Resources\.0\.TargetService\.Type: /);
      assert.match(refused({}, { LoadBalancerInfo: { ContainerName: "app" } }), /ContainerPort: /);
    });

    it("if the AppSpec does not leave the task definition open", () => {
      const fixed = appSpec({}, { TaskDefinition: "arn:aws:ecs:…:task-definition/app:1" });
      assert.match(
        problem({ appSpec: fixed }),
        /TaskDefinition is "arn:.*app:1"; expected the literal <TASK_DEFINITION>$/,
      );
    });

    it("if a hook's event does not exist or takes no hook", () => {
      const Hooks = [{ AfterAllowTraffic: "f" }, { AllowTraffic: "g" }, { AfterTestTraffic: "h" }];
      const expected =
        /^appspec\.yaml: AllowTraffic, AfterTestTraffic takes no hook; these do: BeforeInstall, AfterInstall, /;
      assert.match(problem({ appSpec: appSpec({ Hooks }) }), expected);
    });

    it("if the container that the load balancer should reach is not there", () => {
      const LoadBalancerInfo = { ContainerName: "web", ContainerPort: 3000 };
      const refused = problem({ appSpec: appSpec({}, { LoadBalancerInfo }) });
      assert.equal(refused, 'appspec.yaml: taskdef.json has no container "web"; it has app, sidecar');
    });

    it("if it does not map the port", () => {
      const LoadBalancerInfo = { ContainerName: "app", ContainerPort: 80 };
      const refused = problem({ appSpec: appSpec({}, { LoadBalancerInfo }) });
      assert.equal(refused, 'appspec.yaml: container "app" maps no port 80 in taskdef.json');
    });

    it("if imageDetail.json names no image", () => {
      const expected = 'imageDetail.json: expected {"ImageURI": "repository@sha256:…"}';
      for (const imageDetail of ["{}", '{"ImageURI":""}', '{"imageUri":"a"}', "null"]) {
        assert.equal(problem({ imageDetail }), expected);
      }
      assert.match(problem({ imageDetail: "" }), /^imageDetail\.json: not JSON \(/);
    });

    it("for everything that is wrong at once", () => {
      const all = problems({ taskDefinition: "{", appSpec: "{", imageDetail: "{" });
      assert.deepEqual(
        all.map((text) => text.split(":")[0]),
        ["imageDetail.json", "taskdef.json", "appspec.yaml"],
      );
      const error = new RefusedTemplate(all);
      assert.equal(error.message, all.join("; "));
    });
  });
});
