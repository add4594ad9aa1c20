import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signalGroup } from "../../rehearsal/ecs/process-group";
import { findInitProcess, probeSandbox } from "../../rehearsal/sandbox/probe";
import { enterSandbox } from "../../rehearsal/sandbox/sandbox";
import { SandboxPlace, users } from "./support/sandbox-place";

for (const user of users) {
  describe(`a sandbox of ${user === 0 ? "root" : "an unprivileged user"}`, function () {
    this.timeout(60_000);
    let place: SandboxPlace;

    before(async function () {
      if ((await probeSandbox(join(process.cwd(), "node_modules", ".cache", "sandbox"))) !== undefined) this.skip();
    });
    beforeEach(async () => {
      place = await SandboxPlace.open(user);
    });
    afterEach(() => place?.close());

    it("sees the image over the machine's system, as root in its working directory", async () => {
      await place.write("image/app/a.txt", "of the image");
      const { status, output } = await place.shell("cat a.txt; echo; pwd; id -u; command -v node; ls /app");
      assert.deepEqual(
        [status, output.split("\n")],
        [0, ["of the image", "/app", "0", "/usr/local/bin/node", "a.txt", ""]],
      );
    });

    it("has exactly the environment that it is given", async () => {
      const environment = { PATH: "/usr/bin:/bin", QUOTED: `it's "so" $HOME\nand more`, "spring.name": "shop" };
      const script = "process.stdout.write(JSON.stringify(process.env))";
      const request = place.request(["/usr/local/bin/node", "-e", script], { environment });
      const { exited, output } = place.start(request);
      await exited;
      const { _: setByShell, ...seen } = JSON.parse(await output) as Record<string, string>;
      assert.deepEqual(seen, environment, setByShell);
    });

    const links = [
      ["rm -rf", "rm -rf data/*"],
      ["chmod", "chmod -R 777 data/"],
      ["mv", "mv data/kept.txt ."],
      ["a redirection to a linked file", "echo changed >file"],
      ["cp", "echo x >x; cp x data/new.txt"],
      ["an option's value", "node -e 0; npm --prefix=$OUTSIDE init -y"],
      ["a command in a quoted word", 'export "a;touch $OUTSIDE/new;b=1"; sh -c "rm -rf $OUTSIDE"'],
      ["a path with ..", "rm -rf ../../../../../../..$OUTSIDE"],
      ["a link of its own", "ln -s $OUTSIDE mine; rm -rf mine/*; touch mine/new"],
      ["Node", `node -e 'fs.rmSync(process.env.OUTSIDE, { recursive: true, force: true })'`],
      ["tar", "mkdir t; echo x >t/kept.txt; tar -C t -cf a.tar .; tar -C data -xf a.tar"],
    ] as const;
    for (const [what, line] of links) {
      it(`changes nothing outside through a link: ${what}`, async () => {
        await symlink(place.outside, join(place.directory, "image/app/data"));
        await symlink(join(place.outside, "kept.txt"), join(place.directory, "image/app/file"));
        const OUTSIDE = place.outside;
        const environment = { OUTSIDE, PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/root" };
        await place.shell(line, { environment });
        assert.deepEqual(await readdir(place.outside), ["kept.txt"]);
        assert.equal(await readFile(join(place.outside, "kept.txt"), "utf8"), "kept");
      });
    }

    it("does not change the image that it shares with others", async () => {
      await place.write("image/app/a.txt", "of the image");
      await place.shell("echo changed >a.txt; mkdir /data; echo new >/data/b.txt; echo tool >/usr/local/bin/tool");
      assert.equal(await readFile(join(place.directory, "image/app/a.txt"), "utf8"), "of the image");
      assert.deepEqual(await place.written(), ["app", "app/a.txt", "data", "data/b.txt"]);
      assert.deepEqual(await place.written("usr.system"), ["local", "local/bin", "local/bin/tool"]);
    });

    it("reads none of the machine's files but its system's", async () => {
      await writeFile(join(place.directory, "secret"), "secret");
      const paths = [
        "/etc/shadow",
        "/etc/ssh",
        "/etc/ssl/private",
        "/sys/kernel",
        "/proc/kcore/x",
        "/run/docker.sock",
        homedir() === "/root" ? "/root/.npmrc" : homedir(),
        `/proc/1/root${place.directory}/secret`,
        join(place.directory, "secret"),
        join(place.directory, "image"),
        "/stage",
        "/old",
      ];
      const { output } = await place.shell(
        `for path in ${paths.join(" ")}; do [ ! -e $path ] || echo "$path"; done; ls -A /home /root /tmp /mnt /media /run /var/lib`,
      );
      const empty = ["/home:", "node", "", "/media:", "", "/mnt:", "", "/root:", "", "/run:", "", "/tmp:", ""];
      assert.deepEqual(output.split("\n"), [...empty, "/var/lib:", ""]);
    });

    it("has no way out by mounts, kernel settings or the folder that it was set up in", async () => {
      const core = readFileSync("/proc/sys/kernel/core_pattern", "utf8");
      const { output } = await place.shell(
        [
          "mount -t tmpfs x /mnt && echo mounted",
          "umount /proc/sys && echo unmounted",
          "echo '|/app/x' >/proc/sys/kernel/core_pattern && echo written",
          "unshare --user --map-root-user true && echo nested",
          // A process that may change its root can leave it; what it finds is read-only and the machine's system alone.
          `perl -e 'mkdir "/jail"; chroot "/jail"; chdir ".." for 1..20; chroot "."; exec @ARGV' /usr/bin/env sh -c '
            ls /; touch /usr/x.touched && echo written
            unshare --user --map-root-user --mount sh -c "mount -o remount,rw /usr && touch /usr/x.touched" && echo written'`,
        ].join("\n"),
      );
      assert.doesNotMatch(output, /^(mounted|unmounted|written|nested)$/m);
      assert.doesNotMatch(output, /^(home|root|tmp|work)$/m);
      assert.equal(readFileSync("/proc/sys/kernel/core_pattern", "utf8"), core);
      assert.ok(!(await readdir("/usr")).includes("x.touched"));
    });

    it("accepts what would change owners and users, and refuses package managers of the system", async () => {
      const owners = "chown node:node /app && adduser -D x && /usr/sbin/useradd y && chgrp -R node / && groupadd z";
      assert.deepEqual(await place.shell(owners), { status: 0, output: "" });
      const { status, output } = await place.shell("apt-get update");
      assert.equal(status, 100);
      assert.equal(
        output,
        "apt-get is not run here: this machine stands in for the base image. Use --runtime docker.\n",
      );
    });

    it("ends every process with its first, and with the process that was spawned", async () => {
      const marker = `greenlight-left-${user}-${process.pid}`;
      const left = `exec -a ${marker} sleep 1000`;
      const background = `setsid bash -c '${left}' >/dev/null 2>&1 & sleep 0.2`;
      await place.shell(background);
      assert.deepEqual(await processesNamed(marker), []);

      const { child, exited } = place.start(place.request(["/bin/sh", "-c", `${background}; exec sleep 1000`]));
      while ((await processesNamed(marker)).length === 0) await sleep(20);
      process.kill(child.pid!, "SIGKILL");
      await exited;
      while ((await processesNamed(marker)).length > 0) await sleep(20);
    });

    it("is process 1, gets the signal itself, and its status comes out", async () => {
      const script =
        "process.on('SIGTERM', () => process.exit(7)); console.log(process.pid); setInterval(() => 0, 1000)";
      const { child, exited, output } = place.start(place.request(["/usr/local/bin/node", "-e", script]));
      let initProcess: number | undefined;
      while ((initProcess ??= await findInitProcess(child.pid!)) === undefined) await sleep(20);
      child.stdout.once("data", () => process.kill(initProcess, "SIGTERM"));
      assert.deepEqual(await exited, [7, null]);
      assert.equal(await output, "1\n");
    });

    it("is entered by a further program with an environment of its own", async () => {
      const { child } = place.start(place.request(["/bin/sh", "-c", "echo here >note; exec sleep 1000"]));
      let initProcess: number | undefined;
      while ((initProcess = await findInitProcess(child.pid!)) === undefined) await sleep(20);
      const command = ["/bin/sh", "-c", "while [ ! -e note ]; do :; done; cat note; echo $NAME; exit 3"];
      const entered = place.spawn(
        enterSandbox(initProcess, {
          command,
          workingDirectory: "/app",
          environment: { NAME: "second" },
          network: "machine",
        }),
      );
      assert.deepEqual(await entered.exited, [3, null]);
      assert.equal(await entered.output, "here\nsecond\n");
      signalGroup(child.pid!, "SIGKILL");
    });

    it("has a network and a host name of its own, if asked", async () => {
      const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as AddressInfo;
      const line = `hostname; node -e 'fetch("http://127.0.0.1:${port}").then(() => console.log("reached"), () => console.log("refused"))'`;
      assert.equal((await place.shell(line)).output, `${hostname()}\nreached\n`);
      const own = await place.shell(line, { network: "own", hostName: "ip-10-0-0-1" });
      assert.equal(own.output, "ip-10-0-0-1\nrefused\n");
      server.close();
    });

    it("has mounts that are read-only, that forget, and that keep", async () => {
      for (const name of ["never", "discarded", "kept"]) await place.write(`${name}/a.txt`, name);
      const mounts = (["never", "discarded", "kept"] as const).map((writable) => ({
        source: join(place.directory, writable),
        target: `/mounts/${writable}`,
        writable,
      }));
      const file = {
        source: join(place.directory, "never/a.txt"),
        target: "/app/file.txt",
        writable: "never",
      } as const;
      const scratch = { source: "", target: "/scratch", writable: "tmpfs" } as const;
      const { output } = await place.shell(
        "cd /mounts; for name in *; do cat $name/a.txt; (echo x >$name/a.txt) 2>/dev/null && echo -written; done; cat /app/file.txt; echo x >/scratch/x",
        { mounts: [...mounts, file, scratch] },
      );
      assert.equal(output, "discarded-written\nkept-written\nnevernever");
      const contents = ["never", "discarded", "kept"].map((name) =>
        readFile(join(place.directory, name, "a.txt"), "utf8"),
      );
      assert.deepEqual(await Promise.all(contents), ["never", "discarded", "x\n"]);
      assert.deepEqual(await place.written(), []);
    });

    it("refuses an image whose folders would lead a mount elsewhere", async () => {
      await symlink(place.outside, join(place.directory, "image/dev"));
      await symlink(place.outside, join(place.directory, "image/app/link"));
      assert.match((await place.shell("true")).output, /\/dev of the image is not a folder/);
    });

    it("refuses a mount whose target leads through a link", async () => {
      await symlink(place.outside, join(place.directory, "image/app/link"));
      const mounts = [{ source: place.outside, target: "/app/link/inner", writable: "never" }] as const;
      const { status, output } = await place.shell("true", { mounts });
      assert.equal(status, 125);
      assert.match(output, /\/app\/link\/inner leads through a link/);
    });
  });
}

describe("a probe for namespaces", () => {
  it("says in one line why they cannot be had", async () => {
    assert.match((await probeSandbox("/tmp/a:b")) ?? "", /^the path \/tmp\/a:b has a ":"/);
    assert.match((await probeSandbox("/dev/null/x").catch((error: Error) => error.message)) ?? "", /ENOTDIR/);
  });
});

async function processesNamed(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    const line = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
    if (line.split("\0")[0] === name) found.push(id);
  }
  return found;
}
