import { copy } from "./copy-step";
import { type Instruction, type Pair, replaceVariables } from "./dockerfile";
import type { ContainerConfig } from "./image";

import { run } from "./run-step";
import { type BuildEnvironment, type StageState, Step } from "./step";
import { imagePath, overlay } from "./copy";

/** One more instruction. @throws Error as Docker words it, when the instruction fails. */
export async function performInstruction(
  instruction: Instruction,
  state: StageState,
  build: BuildEnvironment,
): Promise<StageState> {
  const step = new Step(instruction, state, build);
  const configured = (change: Partial<ContainerConfig>) => step.next({ config: { ...state.config, ...change } });
  const valueOf = ({ value = "", isLiteral }: Pair) => (isLiteral ? value : replaceVariables(value, step.variables));

  switch (instruction.keyword) {
    case "ARG": {
      const values = new Map(state.arguments);
      for (const pair of instruction.pairs) {
        const given = build.buildArguments.get(pair.name);
        const value = given ?? (pair.value === undefined ? build.globalArguments.get(pair.name) : valueOf(pair));
        if (value !== undefined) values.set(pair.name, value);
      }
      return step.next({ arguments: values });
    }
    case "ENV": {
      const environment = new Map(state.environment);
      for (const pair of instruction.pairs) environment.set(pair.name, valueOf(pair));
      const Env = [...environment].map(([name, value]) => `${name}=${value}`);
      return step.next({ environment, config: { ...state.config, Env } });
    }
    case "WORKDIR": {
      const path = imagePath(step.replaced, state.config.WorkingDir);
      const tree = path === "" ? state.tree : overlay(state.tree, [{ path, type: "directory", mode: 0o755 }]);
      return step.next({ tree, config: { ...state.config, WorkingDir: `/${path}` } });
    }
    case "VOLUME": {
      const paths = instruction.execForm ?? step.replaced.split(/\s+/);
      const directories = paths.map(
        (path) => ({ path: imagePath(path, "/"), type: "directory", mode: 0o755 }) as const,
      );
      return step.next({ tree: overlay(state.tree, directories) });
    }
    case "COPY":
    case "ADD":
      return copy(step);
    case "RUN":
      return run(step);
    case "CMD":
      return { ...configured({ Cmd: shellOrExecForm(instruction) }), hasOwnCommand: true };
    case "ENTRYPOINT":
      // An ENTRYPOINT forgets the CMD of the image that the stage builds on, as for Docker.
      return configured({
        Entrypoint: shellOrExecForm(instruction),
        Cmd: state.hasOwnCommand ? state.config.Cmd : undefined,
      });
    case "EXPOSE": {
      const ports = step.replaced.split(/\s+/).map((port) => [port.includes("/") ? port : `${port}/tcp`, {}] as const);
      return configured({ ExposedPorts: { ...state.config.ExposedPorts, ...Object.fromEntries(ports) } });
    }
    case "LABEL": {
      const labels = instruction.pairs.map((pair) => [pair.name, valueOf(pair)] as const);
      return configured({ Labels: { ...state.config.Labels, ...Object.fromEntries(labels) } });
    }
    case "USER":
      return configured({ User: step.replaced });
    case "STOPSIGNAL":
      return configured({ StopSignal: step.replaced });
    default:
      // ECS ignores an image's HEALTHCHECK; the others say nothing about a process on this machine.
      build.output(` ---> ${instruction.keyword} has no effect here`);
      return step.next({});
  }
}

function shellOrExecForm({ execForm, argument }: Instruction): readonly string[] {
  return execForm ?? ["/bin/sh", "-c", argument];
}
