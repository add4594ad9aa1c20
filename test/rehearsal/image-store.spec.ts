import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RegistryError } from "../../rehearsal/images/image-store";
import { parseReference } from "../../rehearsal/images/reference";
import { installStandIns } from "../../rehearsal/images/stand-ins";
import { host, ImageWorkshop, repository } from "./support/image-workshop";

describe("the image store", () => {
  let workshop: ImageWorkshop;

  beforeEach(async () => {
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop.close());

  describe("the registry", () => {
    it("has an image only after it was pushed, by tag and by digest", async () => {
      const image = await workshop.buildFiles({ Dockerfile: "FROM node:22\nCMD x" }, `${repository}:v1`);
      await assert.rejects(workshop.store.resolve(`${repository}:v1`), { code: "ImageNotFoundException" });
      await workshop.store.push(`${repository}:v1`);
      assert.equal((await workshop.store.resolve(`${repository}:v1`)).digest, image.digest);
      assert.equal((await workshop.store.resolve(`${repository}@${image.digest}`)).digest, image.digest);
      assert.deepEqual((await workshop.store.describe(`${repository}:v1`)).imageTags, ["v1"]);
    });

    it("refuses a tag that exists, in ECR's words", async () => {
      await workshop.buildFiles({ Dockerfile: "FROM node:22\nCMD one" }, `${repository}:v1`);
      await workshop.store.push(`${repository}:v1`);
      await workshop.buildFiles({ Dockerfile: "FROM node:22\nCMD two" }, `${repository}:v1`);
      await assert.rejects(
        workshop.store.push(`${repository}:v1`),
        new RegistryError(
          "ImageTagAlreadyExistsException",
          "tag invalid: The image tag 'v1' already exists in the 'shop' repository and cannot be overwritten because the tag is immutable.",
        ),
      );
    });

    it("knows no repository that was not made", async () => {
      await workshop.buildFiles({ Dockerfile: "FROM node:22\nCMD x" }, `${host}/other:v1`);
      await assert.rejects(workshop.store.push(`${host}/other:v1`), { code: "RepositoryNotFoundException" });
    });

    it("takes an image's name apart", () => {
      const digest = `sha256:${"a".repeat(64)}`;
      assert.deepEqual(parseReference(`${host}/a/b@${digest}`), {
        uri: `${host}/a/b`,
        host,
        repository: "a/b",
        tag: undefined,
        digest,
      });
      assert.equal(parseReference("localhost:5000/shop").tag, "latest");
      assert.equal(parseReference(`${host}/shop:20261126`).tag, "20261126");
      assert.throws(() => parseReference("Shop:"), /invalid reference format/);
    });
  });

  describe("the docker and aws stand-ins", () => {
    let bin: string;
    beforeEach(async () => {
      bin = join(workshop.directory, "bin");
      await mkdir(bin);
      await installStandIns({ binDirectory: bin, storeDirectory: workshop.store.directory });
    });

    interface Ran {
      readonly status: number;
      readonly stdout: string;
      readonly stderr: string;
    }

    function run(program: "docker" | "aws", words: readonly string[], input = ""): Promise<Ran> {
      const env = {
        PATH: process.env.PATH,
        HOME: join(workshop.directory, "home"),
        AWS_DEFAULT_REGION: "eu-central-1",
      };
      return new Promise((resolve) => {
        const child = execFile(join(bin, program), words, { env, cwd: workshop.directory }, (error, stdout, stderr) =>
          resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
        );
        child.stdin?.end(input);
      });
    }

    it("build, refuse a push without a login, and push after one", async () => {
      await workshop.write({ Dockerfile: "FROM node:22\nCMD x" });
      const reference = `${repository}:v1`;
      const built = await run("docker", ["build", "--platform", "linux/arm64", "-t", reference, "app"]);
      assert.equal(built.status, 0, built.stderr);
      assert.deepEqual(await run("docker", ["push", reference]), {
        status: 1,
        stdout: `The push refers to repository [${repository}]\n`,
        stderr: "no basic auth credentials\n",
      });
      const { stdout: password } = await run("aws", ["ecr", "get-login-password"]);
      const login = ["login", "--username", "AWS", "--password-stdin", host];
      assert.match((await run("docker", login, "wrong")).stderr, /failed with status: 400 Bad Request/);
      assert.match((await run("docker", login, "")).stderr, /password is empty/);
      assert.equal((await run("docker", login, password)).stdout, "Login Succeeded\n");
      const { digest } = (await workshop.store.findLocal(reference)) ?? {};
      assert.match(
        (await run("docker", ["push", reference])).stdout,
        new RegExp(`^v1: digest: ${digest} size: \\d+$`, "m"),
      );
      const query = ["--query", "imageDetails[0].imageDigest", "--output", "text"];
      const described = await run("aws", [
        "ecr",
        "describe-images",
        "--repository-name",
        "shop",
        "--image-ids",
        "imageTag=v1",
        ...query,
      ]);
      assert.deepEqual(described, { status: 0, stdout: `${digest}\n`, stderr: "" });
    });

    it("answer as the AWS CLI does for what is not there", async () => {
      const describe = (name: string) =>
        run("aws", ["ecr", "describe-images", "--repository-name", name, "--image-ids", "imageTag=v9"]);
      const image = await describe("shop");
      assert.equal(image.status, 254);
      assert.match(
        image.stderr,
        /An error occurred \(ImageNotFoundException\) when calling the DescribeImages operation: /,
      );
      assert.match((await describe("other")).stderr, /An error occurred \(RepositoryNotFoundException\) when/);
    });

    it("refuse what they do not perform and say what they do", async () => {
      const aws = await run("aws", ["s3", "ls"]);
      assert.equal(aws.status, 252);
      assert.match(aws.stderr, /This stand-in performs: aws --version, aws ecr/);
      const docker = await run("docker", ["run", "node"]);
      assert.equal(docker.status, 1);
      assert.match(docker.stderr, /docker: 'run node' is not performed here.\nThis stand-in performs: docker build/);
      const query = await run("aws", [
        "ecr",
        "describe-images",
        "--repository-name",
        "shop",
        "--image-ids",
        "imageTag=v1",
        "--query",
        "x",
      ]);
      assert.notEqual(query.status, 0);
    });
  });
});
