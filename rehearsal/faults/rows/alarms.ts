import { broken } from "../broken";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** Blue stays for half an hour, three seconds here, in which an alarm may fire. */
const settings = {
  "greenlight:alarms": '{"latencyP99Ms":300}',
  "greenlight:terminationWaitMinutes": "30",
};
const ownAlarm = { "greenlight:alarmNames": '["shop-orders"]' };

const fires = (alarm: string) => new RegExp(`ALARM_ACTIVE: the alarm \\S*${alarm}\\S* is in ALARM`);
/** ECS starts a service on the alternate target group, so the first release goes to the one named blue. */
const ecsFires = (alarm: string) => new RegExp(`the alarm \\S*${alarm.replace("green-", "blue-")}\\S* went to ALARM`);

interface WrongForUsers {
  readonly name: string;
  readonly fault: string;
  /** How green answers the app's users; it passes its health checks and its test. */
  readonly code: string;
  /** Whether users' requests fail by it. */
  readonly loses: boolean;
  /** A pattern for the name of the alarm that sees it. */
  readonly alarm: string;
  /** @default none */
  readonly further?: Readonly<Record<string, string>>;
}

/** Green goes wrong under its users, and an alarm stops it. */
const wrongForUsers = ({ name, fault, code, loses, alarm, further = {} }: WrongForUsers): Fault => ({
  name,
  fault,
  settings: { ...settings, ...further },
  expected: {
    endState: "stopped",
    ...(loses ? { losing: "v2" } : {}),
    noticed: { by: "codedeploy", saying: fires(alarm) },
  },
  ecsSaying: ecsFires(alarm),
  run: (stage) =>
    stage.release(
      broken(`exports.answer = (request, response) => {
  if (request.headers["user-agent"] !== "greenlight-traffic") return false;
  ${code}
  return true;
};`),
    ),
});

const answers500 = { code: "response.writeHead(500).end();", loses: true, alarm: "green-server-errors" };

function fireOwnAlarm({ rehearsal }: Stage): void {
  rehearsal.alarms.set("shop-orders", "ALARM", "orders do not come through");
}

/** What the alarms see: green that goes wrong under its users, and alarms that fire already. */
export const alarms: readonly Fault[] = [
  wrongForUsers({
    name: "errors-after-shift",
    fault: "green answers users with 5xx once it has production",
    ...answers500,
  }),
  wrongForUsers({
    name: "errors-in-canary",
    fault: "green answers its tenth of the users with 5xx",
    ...answers500,
    further: { "greenlight:canary": '{"percent":10,"minutes":30}' },
  }),
  wrongForUsers({
    name: "slow-after-shift",
    fault: "green answers users slowly once it has production",
    code: 'setTimeout(() => response.end("late"), 600);',
    loses: false,
    alarm: "green-latency",
  }),
  wrongForUsers({
    name: "hangs-after-shift",
    fault: "green takes no more connections once it has production",
    code: "request.socket.server.close(); request.socket.server.closeAllConnections(); setInterval(() => {}, 1e6);",
    loses: true,
    alarm: "(green-unhealthy-tasks|load-balancer-errors)",
  }),
  wrongForUsers({
    name: "crashes-after-shift",
    fault: "green crashes whenever a user asks it",
    code: "process.exit(1);",
    loses: true,
    alarm: "load-balancer-errors",
  }),
  {
    name: "alarm-before-start",
    fault: "an alarm of the release is in ALARM before it starts",
    settings: ownAlarm,
    expected: {
      endState: "refused",
      noticed: { by: "codepipeline", saying: /the alarm shop-orders is in ALARM/ },
    },
    run: (stage) => {
      fireOwnAlarm(stage);
      return stage.release();
    },
  },
  {
    name: "alarm-before-shift",
    fault: "an alarm of the release fires while green is tested",
    settings: ownAlarm,
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: fires("shop-orders") } },
    ecsSaying: ecsFires("shop-orders"),
    run: (stage) => {
      stage.when(`${stage.steps.test} started`, () => fireOwnAlarm(stage));
      return stage.release();
    },
  },
];
