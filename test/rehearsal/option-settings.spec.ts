import assert from "node:assert/strict";
import { optionSettings } from "../../rehearsal/graph/option-settings";

describe("settings from the command line", () => {
  it("change nothing without an option", () => {
    assert.deepEqual(optionSettings({}, { "greenlight:healthCheck": '{"path":"/"}' }), {});
  });

  it("take the place of the stack file's, field by field", () => {
    const written = {
      "greenlight:healthCheck": '{"path":"/","intervalSeconds":5}',
      "greenlight:environment": '{"LOG":"info","MODE":"a"}',
    };
    const options = { appDirectory: "/app", containerPort: 3000, healthPath: "/up", environment: { MODE: "b" } };
    assert.deepEqual(optionSettings(options, written), {
      "greenlight:appDirectory": "/app",
      "greenlight:containerPort": "3000",
      "greenlight:healthCheck": '{"path":"/up","intervalSeconds":5}',
      "greenlight:environment": '{"LOG":"info","MODE":"b"}',
    });
  });

  it("give a secret its value, as a plain variable", () => {
    const written = { "greenlight:secrets": '{"KEY":"arn:1","OTHER":"arn:2"}' };
    assert.deepEqual(optionSettings({ environment: { KEY: "k" } }, written), {
      "greenlight:environment": '{"KEY":"k"}',
      "greenlight:secrets": '{"OTHER":"arn:2"}',
    });
  });

  it("leave a setting that is no object to the check of the settings", () => {
    assert.deepEqual(optionSettings({ healthPath: "/up" }, { "greenlight:healthCheck": "/up" }), {});
  });
});
