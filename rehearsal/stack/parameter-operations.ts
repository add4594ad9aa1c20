import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import type { Account } from "../graph/account";

/** What the program's functions ask of Systems Manager. Source: Systems Manager API, GetParameter. */
export function parameterOperations(account: Account): AwsControlPlane {
  return {
    getParameter: ({ Name = "", WithDecryption = false }) => {
      const parameter = account.parameter(Name);
      if (!parameter) throw new AwsError("ParameterNotFound", `there is no parameter ${Name}`);
      const { name, arn, type, value } = parameter;
      const isEncrypted = type === "SecureString" && !WithDecryption;
      const Value = isEncrypted ? Buffer.from(value).toString("base64") : value;
      return { Parameter: { Name: name, ARN: arn, Type: type, Value, Version: 1 } };
    },
  };
}
