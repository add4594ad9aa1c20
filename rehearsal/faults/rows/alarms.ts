import { broken } from "../broken";
import type { Fault } from "../fault";

/** Blue stays for half an hour, three seconds here, in which an alarm may fire. */
const settings = {
  "greenlight:alarms": '{"latencyP99Ms":300}',
  "greenlight:terminationWaitMinutes": "30",
};
const ownAlarm = { "greenlight:alarmNames": '["shop-orders"]' };
const fires = (alarm: string) => new RegExp(`ALARM_ACTIVE: the alarm \\S*${alarm}\\S* is in ALARM`);
const ecsFires = (alarm: string) => new RegExp(`the alarm \\S*${alarm}\\S* went to ALARM`);

/** Green passes its health checks and its test, and answers the app's users with `code`. */
const wrongForUsers = (code: string) =>
  broken(`exports.answer = (request, response) => {
  if (request.headers["user-agent"] !== "greenlight-traffic") return false;
  ${code}
  return true;
};`);
const answers500 = wrongForUsers("response.writeHead(500).end();");

/** What the alarms see: green that goes wrong under its users, and alarms that fire already. */
export const alarms: readonly Fault[] = [
  {
    name: "errors-after-shift",
    fault: "green answers users with 5xx once it has production",
    settings,
    expected: {
      endState: "stopped",
      losing: "v2",
      noticed: { by: "codedeploy", saying: fires("green-server-errors") },
    },
    ecsSaying: ecsFires("green-server-errors"),
    run: (stage) => stage.release(answers500),
  },
  {
    name: "errors-in-canary",
    fault: "green answers its tenth of the users with 5xx",
    settings: { ...settings, "greenlight:canary": '{"percent":10,"minutes":30}' },
    expected: {
      endState: "stopped",
      losing: "v2",
      noticed: { by: "codedeploy", saying: fires("green-server-errors") },
    },
    ecsSaying: ecsFires("green-server-errors"),
    run: (stage) => stage.release(answers500),
  },
  {
    name: "slow-after-shift",
    fault: "green answers users slowly once it has production",
    settings,
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: fires("green-latency") } },
    ecsSaying: ecsFires("green-latency"),
    run: (stage) => stage.release(wrongForUsers('setTimeout(() => response.end("late"), 600);')),
  },
  {
    name: "hangs-after-shift",
    fault: "green takes no more connections once it has production",
    settings,
    expected: {
      endState: "stopped",
      losing: "v2",
      noticed: { by: "codedeploy", saying: fires("(green-unhealthy-tasks|load-balancer-errors)") },
    },
    ecsSaying: ecsFires("(green-unhealthy-tasks|load-balancer-errors)"),
    run: (stage) =>
      stage.release(
        wrongForUsers(
          "request.socket.server.close(); request.socket.server.closeAllConnections(); setInterval(() => {}, 1e6);",
        ),
      ),
  },
  {
    name: "crashes-after-shift",
    fault: "green crashes whenever a user asks it",
    settings,
    expected: {
      endState: "stopped",
      losing: "v2",
      noticed: { by: "codedeploy", saying: fires("load-balancer-errors") },
    },
    ecsSaying: ecsFires("load-balancer-errors"),
    run: (stage) => stage.release(wrongForUsers("process.exit(1);")),
  },
  {
    name: "alarm-before-start",
    fault: "an alarm of the release is in ALARM before it starts",
    settings: ownAlarm,
    expected: {
      endState: "refused",
      noticed: { by: "codepipeline", saying: /the alarm shop-orders is in ALARM/ },
    },
    run: (stage) => {
      stage.rehearsal.alarms.set("shop-orders", "ALARM", "orders do not come through");
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
      stage.when(`${stage.steps.test} started`, () =>
        stage.rehearsal.alarms.set("shop-orders", "ALARM", "orders do not come through"),
      );
      return stage.release();
    },
  },
];
