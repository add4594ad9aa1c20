import assert from "node:assert/strict";
import { type AlarmRule, type AlarmState, nextAlarmState } from "../../../rehearsal/cloudwatch/alarm-state";

const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
const kept: AlarmState = "INSUFFICIENT_DATA";

/** The tables of the CloudWatch user guide, alarms-and-missing-data: datapoints, and the state for each treatment. */
const tables: Readonly<Record<number, readonly (readonly [string, ...AlarmState[]])[]>> = {
  3: [
    ["0 - X - X", "OK", "OK", "OK", "OK"],
    ["0 - - - -", "OK", "OK", "OK", "OK"],
    ["- - - - -", "INSUFFICIENT_DATA", kept, "ALARM", "OK"],
    ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["- - X - -", "ALARM", kept, "ALARM", "OK"],
  ],
  2: [
    ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 - X - -", "OK", "OK", "ALARM", "OK"],
    ["- - - - 0", "OK", "OK", "ALARM", "OK"],
    ["- - - X -", "ALARM", kept, "ALARM", "OK"],
  ],
};

describe("the state of an alarm", () => {
  for (const [datapointsToAlarm, rows] of Object.entries(tables)) {
    for (const [datapoints, ...states] of rows) {
      it(`${datapointsToAlarm} of 3 by ${datapoints} is what AWS's table says, however missing data is treated`, () => {
        const found = treatments.map((treatMissingData) =>
          nextAlarmState(rule(Number(datapointsToAlarm), treatMissingData), read(datapoints), kept),
        );
        assert.deepEqual(found, states);
      });
    }
  }

  it("does not change in haste by a single breaching datapoint after none", () => {
    for (const datapoints of ["- - - - X", "- - - X -"]) {
      assert.equal(nextAlarmState(rule(3, "missing"), read(datapoints), "OK"), "OK");
    }
  });

  it("looks at the newest datapoints only", () => {
    assert.equal(nextAlarmState(rule(2, "notBreaching"), read("X X X 0 X 0 0"), "ALARM"), "OK");
  });
});

function rule(datapointsToAlarm: number, treatMissingData: AlarmRule["treatMissingData"]): AlarmRule {
  return { evaluationPeriods: 3, datapointsToAlarm, treatMissingData };
}

function read(datapoints: string): (boolean | undefined)[] {
  return datapoints.split(" ").map((one) => (one === "-" ? undefined : one === "X"));
}
